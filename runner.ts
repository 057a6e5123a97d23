import {main} from "./src/cli/index";
import {endWithOutput, guardConsole} from "./src/cli/terminal";

guardConsole();
endWithOutput();

void main(process.argv.slice(2)).then((code) => {
  if (code !== 0 || !process.exitCode) process.exitCode = code; // an error that could not be reported counts, too
});
