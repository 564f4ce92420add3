declare const temml: { renderToString(tex: string, options?: { displayMode?: boolean; throwOnError?: boolean; trust?: boolean; maxSize?: [number, number]; maxExpand?: number }): string };
export default temml;
