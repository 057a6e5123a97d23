/** A picture in the form in which the page draws it. */
export interface SamplePicture {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}
