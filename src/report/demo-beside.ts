/**
 * The page that learns, if a run's folder has it (`report --demo`): the run's page links to it, and its server gives
 * it.
 */
export const DEMO_FILE = "demo.html";
