/** The Chromium that comes from npm, unpacked at its first use; undefined where it does not run. */
export async function packagedBrowser(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const {default: chromium} = await import("@sparticuz/chromium");
  return chromium.executablePath();
}
