import type { Folders } from './folders.ts';

export interface McpOptions {
  /** Folders that tools may read from and write to. */
  folders: Folders;
  /** Family or folder of models that tools use unless told otherwise. */
  models: string;
  /** Threads that analyse. */
  workers: number;
}

/** What a tool needs besides its input. */
export interface ToolContext extends McpOptions {
  /** Aborted when the client cancels the call. */
  signal: AbortSignal;
  /** Tells the client how far the work is, if it wants to know. */
  progress(done: number, total: number): void;
}

/** A text for people, and the same as data. */
export interface ToolAnswer {
  text: string;
  data: Record<string, unknown>;
}
