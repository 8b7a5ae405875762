import type { Template } from '@huggingface/jinja';

type Node = {
  type: string;
  value?: unknown;
  callee?: Node;
  body?: Node[];
  alternate?: Node[];
};

/**
 * Whether a turn of a loop can print before it reaches `break` or `continue`. Jinja2 keeps what was printed;
 * the JavaScript library loses it, so such a template must be refused rather than rendered wrongly.
 */
export function printsBeforeLoopControl(template: Template): boolean {
  let isLost = false;
  const scan = (nodes: readonly Node[], before: boolean): boolean => {
    let printed = before;
    for (const node of nodes) {
      const { body = [], alternate = [] } = node;
      switch (node.type) {
        case 'Break':
        case 'Continue':
          isLost ||= printed;
          break;
        case 'If': {
          const inBody = scan(body, printed);
          printed = scan(alternate, printed) || inBody;
          break;
        }
        case 'For':
          printed = scan(body, false) || printed;
          break;
        case 'Macro':
          scan(body, false);
          break;
        case 'Set':
        case 'Comment':
          break;
        case 'CallExpression':
          printed ||= node.callee?.value !== 'raise_exception';
          break;
        default:
          scan(body, printed);
          printed ||= node.value !== '';
      }
    }
    return printed;
  };
  scan(template.parsed.body as unknown as Node[], false);
  return isLost;
}
