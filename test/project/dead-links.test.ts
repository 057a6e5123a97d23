import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {deadLinks} from "../../scripts/dead-links";
import {temporaryFolder} from "../support/idx-files";

test("finds links to files, pictures and places that are not there, and no others", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "sub"));
  writeFileSync(join(folder, "a b.html"), '<h1 id="one">1</h1><a href="#one"><a href="#two"><img src="sub/x.png">');
  writeFileSync(
    join(folder, "sub", "c.html"),
    '<a href="../a%20b.html#one"><a href="../a%20b.html#no"><a href="gone.html?x=1"><a href="https://example.org/">',
  );
  expect(deadLinks(folder).sort()).toEqual([
    "a b.html: #two",
    "a b.html: sub/x.png",
    `${join("sub", "c.html")}: ../a%20b.html#no`,
    `${join("sub", "c.html")}: gone.html?x=1`,
  ]);
});
