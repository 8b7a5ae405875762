/** Plain texts of many kinds, none of them anybody's data: how likely a model finds them tells whether it still knows the language. */
export const generalPassages: readonly string[] = [
  'The sun rises in the east and sets in the west. In summer the days are long and warm, and in winter they are short and cold.',
  'Water boils at a lower temperature on a high mountain than at the sea, because the air presses on it less.',
  'She put the letter on the table, looked out of the window and waited for the rain to stop before she went to the market.',
  'A company makes a profit when it earns more money than it spends. If it spends more than it earns, it makes a loss.',
  'Plants take carbon dioxide from the air and water from the ground, and with the light of the sun they make sugar and oxygen.',
  'The train was late again, so they sat on a bench, shared a sandwich and talked about the people they had met that week.',
  'In the year 1969 two men walked on the moon for the first time, while millions of people watched them on television.',
  'To make bread, mix flour, water, salt and yeast, let the dough rest until it has grown, and bake it in a hot oven.',
  'Many birds fly south before the winter comes and return in the spring, when there is enough food for their young.',
  'The court decided that the agreement was not valid, because one of the parties had not been told about its terms.',
  'Exercise is good for the heart. Most doctors say that walking for half an hour each day is enough to feel better.',
  'If you divide a number by itself, the result is one, unless the number is zero, by which nothing can be divided.',
];
