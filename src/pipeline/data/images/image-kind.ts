/** The kinds of pictures that are decoded. */
export type ImageKind = "png" | "jpeg";

/** For other kinds of files: their first bytes, the places of these, and what a person would call such a file. */
const OTHERS: readonly (readonly [at: number, bytes: string, name: string])[] = [
  [0, "GIF8", "a GIF image"],
  [8, "WEBP", "a WebP image"],
  [4, "ftypheic", "a HEIC image"],
  [4, "ftypheix", "a HEIC image"],
  [4, "ftyphevc", "a HEIC image"],
  [4, "ftypmif1", "a HEIF image"],
  [4, "ftypmsf1", "a HEIF image"],
  [4, "ftypavif", "an AVIF image"],
  [4, "ftypavis", "an AVIF image"],
  [4, "ftyp", "a film"],
  [0, "BM", "a BMP image"],
  [0, "II*\0", "a TIFF image"],
  [0, "MM\0*", "a TIFF image"],
  [0, "\0\0\x01\0", "an icon"],
  [0, "\0\0\0\x0cjP  ", "a JPEG 2000 image"],
  [0, "\xffO\xffQ", "a JPEG 2000 image"],
  [0, "\0\0\0\x0cJXL ", "a JPEG XL image"],
  [0, "\xff\x0a", "a JPEG XL image"],
  [0, "8BPS", "a Photoshop image"],
  [0, "%PDF", "a PDF file"],
  [0, "PK\x03\x04", "a zip file"],
  [0, "\x1f\x8b", "a gzip file"],
  [0, "<svg", "an SVG drawing"],
  [0, "<?xml", "an XML file"],
  [0, "<!DOCTYPE", "a web page"],
  [0, "<html", "a web page"],
  [0, "version https://git-lfs", "a pointer of Git LFS, not the file itself"],
];

/** Tells the kind of a file by its first bytes, whatever its name says. */
export function imageKindOf(bytes: Uint8Array): ImageKind | undefined {
  if (startsAt(bytes, 0, "\x89PNG\r\n\x1a\n")) return "png";
  return startsAt(bytes, 0, "\xff\xd8\xff") ? "jpeg" : undefined;
}

/** Names the kind of a file that is neither PNG nor JPEG, for an error: "a WebP image". */
export function otherKindOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  const found = OTHERS.find(([at, start]) => startsAt(bytes, at, start));
  if (found) return found[2];
  const hex = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `a file that starts with ${hex}`;
}

/**
 * Whether a file is a picture of a kind that is not read. The user must be told about it, because it belongs to the
 * data.
 */
export function isOtherImage(bytes: Uint8Array): boolean {
  return / image$|drawing$|icon$/.test(otherKindOf(bytes));
}

function startsAt(bytes: Uint8Array, at: number, start: string): boolean {
  if (bytes.length < at + start.length) return false;
  for (let i = 0; i < start.length; i++) if (bytes[at + i] !== start.charCodeAt(i)) return false;
  return true;
}
