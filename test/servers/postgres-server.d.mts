export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
  kill(): boolean;
  start(): Promise<void>;
}

export function startPostgres(folder: string): Promise<TestServer>;
