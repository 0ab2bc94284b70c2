// The folders of other tools, each read as its own tool reads it. One file a tool; which one it is, is found out by looking.
export { type LayoutContext, type LayoutReading, layoutOf, readLayout } from "./read-layout.js";
