import {damageSuite} from "../support/damage-suite";

damageSuite(40, 6);
