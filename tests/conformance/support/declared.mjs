// Compares a reply with the type that an SDK declares for it.
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const modules = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'node_modules');

/** The members of an interface in a .d.ts file: name -> whether it must be there. `Outer.Inner` stands in a namespace. */
function declared(file, name) {
    const text = readFileSync(path.join(modules, file), 'utf8').split('\n');
    const parts = name.split('.');
    let at = 0;
    let indent = '';
    for (const outer of parts.slice(0, -1)) {
        at = text.findIndex(line => line.startsWith(`${indent}export declare namespace ${outer} {`) ||
                                    line.startsWith(`${indent}namespace ${outer} {`));
        indent += '    ';
    }
    const opening = new RegExp(`^${indent}(export )?interface ${parts.at(-1)}( extends .*)? \\{$`);
    const begin = text.findIndex((line, i) => i >= at && opening.test(line));
    if (begin < 0) throw new Error(`${file} has no interface ${name}`);
    const members = new Map();
    for (const line of text.slice(begin + 1, text.indexOf(`${indent}}`, begin))) {
        const [, member, optional] = new RegExp(`^${indent}    ['"]?([\\w/-]+)['"]?(\\?)?:`).exec(line) ?? [];
        if (member !== undefined) members.set(member, optional === undefined);
    }
    return members;
}

/** What a reply lacks of the declared type, and what it has besides: `Type: no member`, `Type: also member`, sorted. */
export function mismatches(value, file, name) {
    const members = declared(file, name);
    const found = [...members].filter(([member, required]) => required && !(member in value)).map(([member]) => `${name}: no ${member}`);
    for (const member of Object.keys(value)) if (!members.has(member)) found.push(`${name}: also ${member}`);
    return found.sort();
}
