// What opening a database with a password takes, to be loaded as one.
export { refusePlainFile, setKey } from "./database-cipher.js";
export { unlockDatabase } from "./unlock.js";
