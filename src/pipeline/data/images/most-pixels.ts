/**
 * The largest image that is decoded by default, in pixels: 358 MB as bytes. Beyond the same number, Pillow warns of a
 * decompression bomb.
 */
export const MOST_PIXELS = 89_478_485;
