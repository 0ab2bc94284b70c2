// Encrypted SQLite files: finding the key with a password, and giving it to the engine. Loaded only when a password is
// given; what a database without one needs to know of it is in refuse-encrypted.ts.
export { refusePlainFile, setKey } from "./database-cipher.js";
export { unlockDatabase } from "./unlock.js";
