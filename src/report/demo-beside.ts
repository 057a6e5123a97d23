/**
 * The file name of the page that learns, if a run's folder has it (`report --demo`). The run's page links to it, and
 * the server serves it.
 */
export const DEMO_FILE = "demo.html";
