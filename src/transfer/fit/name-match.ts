/** Finds what is called so: exactly, or, where nothing is, without regard to capitals. */
export function findByName<T>(all: readonly T[], name: string, nameOf: (each: T) => string): T | undefined {
  const lower = name.toLowerCase();
  return (
    all.find((each) => nameOf(each) === name) ?? all.find((each) => nameOf(each).toLowerCase() === lower)
  );
}
