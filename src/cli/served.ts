import type {ReportServer} from "../report/serve";
import {knowsLinks} from "./links";
import {openPage} from "./open-page";
import type {PageFlags} from "./page-flags";
import {complain, link, paint} from "./terminal";

/** Opens a page if the user asked for it. If it cannot be opened, a note says so and nothing else happens. */
export async function openIfAsked({open}: Pick<PageFlags, "open">, url: string): Promise<void> {
  const why = open ? await openPage(url) : undefined;
  if (why) complain(`${paint.red("error:")} ${why}`);
}

/** Serves a run's page, prints its address, and opens it if the user asked for it. */
export async function servedPage(path: string, flags: PageFlags, say: (line: string) => void): Promise<ReportServer> {
  // loaded here, because a run only needs it at its end, and most runs never
  const {serveReport}: typeof import("../report/serve") = require("../report/serve");
  const server = await serveReport(path, {
    port: flags.port,
    pageModel: flags.pageModel,
    say: (line) => complain(`${paint.red("error:")} ${line}`),
  });
  const links = knowsLinks(process.env, process.stdout.isTTY === true);
  say(`${paint.bold("the page")}  ${links ? link(server.url, server.url) : server.url}  (Ctrl-C ends it)`);
  await openIfAsked(flags, server.url);
  return server;
}
