/** How many random cases a property of schemas tries: what is usual, or what `npm run soak` asks for. */
export function randomCases(usual: number): { readonly numRuns: number } {
  return { numRuns: Number(process.env["TENON_RUNS"] ?? usual) };
}
