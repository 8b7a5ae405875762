import { expect, it } from 'vitest';
import { itemFieldsOf } from './item-fields.ts';

it('names the fields of a row without which a grader has no score', () => {
  const fields = itemFieldsOf({
    ...{ type: 'multi', name: 'all', calculate_output: 'same + judge' },
    graders: [
      {
        ...{ type: 'string_check', name: 'same', operation: 'eq' },
        ...{ input: '{{ sample.output_json.total }}', reference: '{{item.right.total}}' },
      },
      {
        ...{ type: 'label_model', name: 'judge', model: 'm' },
        ...{ labels: ['a', 'b'], passing_labels: ['a'], human_label: '{{ item.person }}' },
        input: [
          { role: 'user', content: ['{{ item["a field"] }}', '{{ item.right }} {{ item }}'] },
        ],
      },
    ],
  });
  expect(fields).toEqual(['right', 'a field']);
});
