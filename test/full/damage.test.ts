import {damageSuite} from "../support/damage-suite";

damageSuite(1000, 60);
