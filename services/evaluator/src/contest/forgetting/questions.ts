/** A question of general knowledge, and what right answers have in them, the usual one first. */
export type GeneralQuestion = { readonly question: string; readonly answers: readonly string[] };

/** Questions that a small language model may know the answers of, the best known first. */
export const generalQuestions: readonly GeneralQuestion[] = [
  ['What is the capital of France?', 'Paris'],
  ['What color is the sky on a clear day?', 'blue'],
  ['What is the capital of Italy?', 'Rome', 'Roma'],
  ['How many days are there in a week?', 'seven', '7'],
  ['What is 2 plus 2?', '4', 'four'],
  ['What do bees make?', 'honey'],
  ['What is the largest planet in our solar system?', 'Jupiter'],
  ['What is the opposite of hot?', 'cold'],
  ['What is the capital of Japan?', 'Tokyo'],
  ['What gas do humans need to breathe?', 'oxygen'],
  ['Who wrote the play Romeo and Juliet?', 'Shakespeare'],
  ['What is frozen water called?', 'ice'],
  ['How many legs does a spider have?', 'eight', '8'],
  ['What is the capital of Spain?', 'Madrid'],
  ['Which animal says meow?', 'cat', 'cats'],
  ['On which continent is Egypt?', 'Africa'],
  ['What is the largest ocean on Earth?', 'Pacific'],
  ['What is 10 minus 3?', '7', 'seven'],
  ['What star does the Earth orbit?', 'sun'],
  ['What is the capital of Germany?', 'Berlin'],
  ['Which season comes after winter?', 'spring'],
  ['What is the chemical symbol for water?', 'H2O', 'H₂O'],
  ['How many hours are there in a day?', '24', 'twenty-four'],
  ['What language is spoken in Brazil?', 'Portuguese'],
  ['What is the first letter of the English alphabet?', 'A'],
  ['What is the tallest mountain on Earth?', 'Everest'],
  ['Who painted the Mona Lisa?', 'Leonardo', 'da Vinci'],
  ['What is the freezing point of water in degrees Celsius?', '0', 'zero'],
  ['What is the capital of the United Kingdom?', 'London'],
  ['Which planet is known as the red planet?', 'Mars'],
  ['How many sides does a triangle have?', 'three', '3'],
  ['What do you call a baby dog?', 'puppy', 'pup'],
  ['What is the opposite of up?', 'down'],
  ['What organ pumps blood through the body?', 'heart'],
  ['What is 5 times 2?', '10', 'ten'],
  ['Who was the first president of the United States?', 'Washington'],
  ['What metal is a magnet attracted to?', 'iron', 'steel'],
  ['Which month comes after April?', 'May'],
  ['What is the currency of Japan?', 'yen'],
  ['What do plants need from the sun?', 'light', 'sunlight', 'energy'],
].map(([question = '', ...answers]) => ({ question, answers }));

/** Whether an answer has one of the right ones in it, as whole words, in any case. */
export function isRightAnswer({ answers }: GeneralQuestion, given: string): boolean {
  const words = wordsOf(given);
  return answers.some((answer) => words.includes(wordsOf(answer)));
}

function wordsOf(text: string): string {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu);
  return ` ${(words ?? []).join(' ')} `;
}
