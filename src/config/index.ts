// Settings: the config file, the environment and env.ini. Reads them; opens no database.
export {
  type ConnectionConfig,
  defineConfig,
  type FolderModule,
  type JournalConfig,
  type TenonConfig,
} from "./config.js";
export { MAIN_MODULE, mainModule } from "./config-modules.js";
export { readSettings, type SettingsRequest } from "./read-settings.js";
export type { Environment, PasswordSource, SettingFlags, Settings } from "./settings.js";
