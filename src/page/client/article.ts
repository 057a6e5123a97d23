/** The name after "a" or "an": "an ant", "an 8", "a 7". It goes by the first letter, or by how a number is spoken. */
export function withArticle(name: string): string {
  return `${/^([aeiou]|8|1[18]\b)/i.test(name) ? "an" : "a"} ${name}`;
}
