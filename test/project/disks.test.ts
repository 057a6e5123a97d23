import {diskSuite} from "../support/disk-suite";

diskSuite(2);
