import { defineConfig } from "tenon";

import { conversations } from "./conversations/schema.js";
import { memory } from "./memory/schema.js";
import { calendar } from "./plugins/calendar/schema.js";
import { habits } from "./plugins/habits/schema.js";
import { taskList } from "./tasks/schema.js";
import { users } from "./users/schema.js";

export default defineConfig({
  url: "file:companion.db",
  modules: [users, conversations, memory, taskList, calendar, habits],
});
