/** @file The API's pages, from the docstrings, with the README in front: dist/docs/index.html. */
import {steps} from "./steps";

steps(["typedoc", "--options", "typedoc.json"]);
