import {diskSuite} from "../support/disk-suite";

diskSuite(12);
