import {main} from "./src/cli/index";
import {endWithOutput, guardConsole} from "./src/cli/terminal";

guardConsole();
endWithOutput();

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
