// The JSON:API envelope that every answer comes in.
export type Document<A> = { id: string; type: string; attributes: A; meta?: { rev?: string }; links?: Record<string, string> }
export type One<A> = { data: Document<A>; links?: Record<string, string> }
export type Many<A> = { data: Document<A>[]; meta?: { count?: number }; links?: { next?: string } }
