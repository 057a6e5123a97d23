import {relative} from "node:path";

import {UserError} from "../pipeline/options";
import {findRun} from "../pipeline/record/run-directory";
import {writeReport} from "../report/page";
import {serveReport} from "../report/serve";
import type {Command} from "./command";
import {complain, paint, say} from "./terminal";

/** Writes a run's report anew from what the run kept, or serves it while the run goes on. */
export const reportCommand: Command = {
  command: "report [run]",
  describe: "write a run's interactive report again, or serve it and follow the run",
  builder(cli) {
    cli.positional("run", {type: "string", default: "latest", describe: "its name, or its folder"});
    cli.option("save", {type: "string", default: "save", describe: "the folder that runs are kept in"});
    cli.option("serve", {type: "boolean", default: false, describe: "serve it on 127.0.0.1, live, until Ctrl-C"});
    cli.option("port", {default: 0, requiresArg: true, describe: "with --serve: the port; 0 is any free one"});
  },
  async handler(given) {
    const port = Number(given.port);
    if (!(Number.isInteger(port) && port >= 0 && port <= 65535)) {
      throw new UserError(`--port: expected a whole number from 0 to 65535, got "${given.port}"`);
    }
    const {path} = await findRun(`${given.save}`, `${given.run}`);
    const print = given.quiet === true ? () => {} : say;
    if (given.serve !== true) {
      print(relative(process.cwd(), await writeReport(path)));
      return 0;
    }
    const tell = (line: string) => complain(`${paint.red("error:")} ${line}`);
    const server = await serveReport(path, {port, say: tell});
    print(`${server.url}  (Ctrl-C ends it)`);
    await new Promise<void>((resolve) => {
      process.once("SIGINT", resolve).once("SIGTERM", resolve);
    });
    await server.close();
    return 0;
  },
};
