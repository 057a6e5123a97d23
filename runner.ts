import {main} from "./src/cli/index";
import {guardConsole} from "./src/cli/terminal";

guardConsole();

// Whoever read our output has gone (`runner.ts | head`): end as a process does that may no longer write (128 + SIGPIPE).
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(141);
  throw error;
});

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
