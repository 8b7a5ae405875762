import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const goods = area('goods', {
  'size and measure': [
    lines(`
      [the measurements of|how heavy is|how tall is] the {furniture}, and [how much weight|how many people|what load] [can it|does it] [hold|carry|take]?
      I am [between two sizes|very tall|usually a size {size}], [which {clothing} should I take|do the {pair} run small|will it fit].
      what [size|are the measurements|is the length|is the height|is the weight|is the width] [is|of] the {goods}?
      how [big|long|wide|tall|heavy|deep|thick|loud|bright] is the {goods} [exactly|in centimetres|with the {part}|]?
      [will|would|does] the {goods} fit [into my {room}|a tall man|a child of {digit}|under the {furniture}|a {digit} inch laptop|in a small car]?
      do the {pair} [run|come up|turn out] [small|large|true to size], I [usually|normally] [wear|take] size {size}.
      which size [do I need|should I take|would you suggest] for [{relative}|a {furniture} that is {digit}0 cm wide|my {device}]?
      how [much|many litres|many cups|much weight] [can|does] the {household} [hold|carry|take]?
    `),
    lines(`
      it is {digit}0 cm wide and {digit}5 cm high.
      it fits well. If you are between two sizes, take the larger one.
    `),
  ],
  'material and care': [
    lines(`
      [where|how] is the {material} [grown|made|produced|treated], and are the [towels|{pair}|toys] [organic|free of chemicals|certified]?
      is this [soap|cream|perfume|tea|candle|shampoo] [ok for|safe for|suitable for] [sensitive skin|children|vegans|allergies]?
      what is the {goods} made of, [is it real {material}|{material} or {material}|is it {material}]?
      is the {goods} made [of|from] {material} [or|or only of] {material}?
      [is|would] the {goods} [dishwasher safe|waterproof|weatherproof|safe for babies|vegan|organic|machine washable|scented|free of plastic|easy to clean]?
      how do I [clean|wash|iron|oil|store|look after] [a|the] {material} {thing}?
      can the {clothing} be [washed at 40 degrees|tumble dried|ironed|washed by hand]?
      can I use the {household} [on an induction hob|in the oven|in the microwave|outside in winter|in the garden]?
      does the {food} contain [nuts|gluten|milk|sugar|eggs|alcohol|meat]? {relative} has an allergy.
    `),
    lines(`
      it is made of {material}. Wash it by hand with [warm|cold] water.
      yes, it is [safe|waterproof|made of organic {material}].
    `),
  ],
  'in stock': [
    lines(`
      when will the {goods} be [back in stock|available again|on sale again|sold again]?
      is the {colour} {thing} [still|] [available|in stock|sold|made]? I [can't find it|need {few} of them|had one and loved it].
      do you [have|sell|stock|carry|make] [a {goods}|{pair}|spare parts for the {thing}|a {part} for my {thing}|a {material} {thing}]?
      does the {thing} [also|] come in {colour} [or|and] {colour}?
      do you [plan|intend] to [stock|sell] the {thing} in [{colour}|other sizes|more colours|women's sizes|children's sizes]?
      how many {pair} [are left|do you have] in size {size}?
    `),
    lines(`
      the {colour} one will be back in stock {until}. We can send you a note.
      we have {number} left in our shop in {city}.
    `),
  ],
  'compare and advise': [
    lines(`
      [can|may] I [see|order|get] a [sample|swatch|catalogue|picture] of the {material} [before I decide|first|in {colour}]?
      which of your {number} {thing} models is [the quietest|the best value|the lightest|made for beginners]?
      what is the difference between the [small|old|cheap|{colour}] {thing} and the [large|new|dear|{colour}] one?
      which [{device}|{thing}|of the two {thing} models] [is better|is quieter|would you recommend|lasts longer|should I buy] for [a beginner|{relative}|a small {room}|a {occasion}|a {job}]?
      can you [recommend|suggest|show me] a {thing} that [goes with|matches|fits] [a {colour} {furniture}|my {material} {thing}|the {colour} {thing}]?
      I am looking for a {goods} [for {relative}|under {amount}|as a present|for our {business}|for the {room}], [what do you suggest|any ideas|which one is best].
      is the {device} [good|suitable|easy enough|strong enough] for [{relative}|a child|everyday use|a large {room}|a beginner|our {business}]?
    `),
    lines(`
      the [larger|newer|{colour}] one is [quieter|stronger|lighter] and costs {amount} more.
      for a small {room} I would take the [cheaper|smaller] {thing}.
    `),
  ],
  'included and features': [
    lines(`
      [has|does] the {thing} [got|have] [a hood|pockets|a lid|wheels|a compartment for a {device}|a {part}], [the picture does not show it|I can't see it on the photo]?
      [are|is] [spare filters|refills|extra parts|a second {part}|a bag] [available|sold separately|easy to get] for the {appliance}?
      can [one person|a child|{relative}] [put up|build|use|carry] the {outdoor} [alone|without help|]?
      [are|is] [the batteries|a charger|a manual|the {part}|a bag|a cable|tools|a spare {part}] [included|in the box|part of the set] [with the {goods}|or do I buy it extra|]?
      does the {goods} [have|come with|include] [a {part}|a hood|pockets|a timer|a warranty|a lock|a light|a second {part}]?
      [does|will] the {furniture} [come|arrive] [assembled|flat packed|in one piece], [do I need tools|who puts it together|and is it hard to build]?
      how long is the [warranty|guarantee] on the {goods}?
      can the {device} be [charged by USB|used without wifi|used with batteries|programmed|connected to my phone]?
      [does|will] the {part} [work with|fit] [the older model|my {thing}|a {device} from another maker|model {order}]?
    `),
    lines(`
      yes, [the batteries|a {part}|a charger|the tools] [are|is] included.
      no, you have to buy it separately. It costs {amount}. The warranty is {few} years.
    `),
  ],
});
