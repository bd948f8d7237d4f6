export interface InstallOptions {
	/** The project's folder. */
	project?: string;
	/** Ends what is running. */
	signal?: AbortSignal;
}

export const projectFolder: string;
export function checkNode(version?: string): void;
export function ensureRoot(options?: InstallOptions): Promise<void>;
export function ensureHost(options?: InstallOptions): Promise<void>;
export function ensureBuild(options?: InstallOptions): Promise<void>;
export function packedNodes(project?: string): { name: string; version: string; file: string };
export function hostNode(project?: string): { node: string; nodedir: string | undefined };
export function isInstalled(folder: string): boolean;
