/** @file Writes docs/flags.md; a test compares it with the program. */
import {writeFileSync} from "node:fs";
import {join} from "node:path";

import {flagsPage} from "./flags-page";

void flagsPage().then((page) => writeFileSync(join(__dirname, "..", "docs", "flags.md"), page));
