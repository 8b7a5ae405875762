import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const goods = area('goods', {
  'size and measure': [
    lines(`
      is the {furniture} [narrow|low|light] enough [for|to get through] [a spiral staircase|a {digit}0 cm door|a caravan|my small {room}]?
      would a {digit} inch [laptop|{device}] fit into the {colour} [backpack|bag|sleeve]?
      do you have [longer sleeves|wide fittings|half sizes|extra long ones] for [tall men|broad feet|{relative}]?
      would the [rail|shelf|hook|bracket] hold [a heavy {thing}|{digit}0 kilos|thick curtains]?
      I am [between two sizes|very tall|usually a size {size}], [which {clothing} should I take|do the {pair} run small|will it fit].
      [will|would|does] the {goods} fit [into my {room}|a tall man|a child of {digit}|under the {furniture}|a {digit} inch laptop|in a small car]?
      do the {pair} [run|come up|turn out] [small|large|true to size], I [usually|normally] [wear|take] size {size}.
    `),
    lines(`
      it is {digit}0 cm wide and {digit}5 cm high.
      it fits well. If you are between two sizes, take the larger one.
    `),
  ],
  'material and care': [
    lines(`
      will the {colour} [colour|paint|dye] of the {thing} [fade|run|come off] [in the sun|in the wash|over time]?
      is the {furniture} treated with [oil|varnish|wax|anything], [and is it safe for babies|or left raw|and how do I care for it]?
      is your [soap|candle|chocolate|leather|glue|paint] [vegan|scented|free of gluten|tested on animals|made locally]?
      can the {outdoor} stay [outside in winter|in the rain|in the sun]?
      [where|how] is the {material} [grown|made|produced|treated], and are the [towels|{pair}|toys] [organic|free of chemicals|certified]?
      is this [soap|cream|perfume|tea|candle|shampoo] [ok for|safe for|suitable for] [sensitive skin|children|vegans|allergies]?
      how do I [clean|wash|iron|oil|store|look after] [a|the] {material} {thing}?
      can the {clothing} be [washed at 40 degrees|tumble dried|ironed|washed by hand]?
      does the {food} contain [nuts|gluten|milk|sugar|eggs|alcohol|meat]? {relative} has an allergy.
    `),
    lines(`
      it is made of {material}. Wash it by hand with [warm|cold] water.
      yes, it is [safe|waterproof|made of organic {material}].
    `),
  ],
  'in stock': [
    lines(`
      is the {colour} {thing} [still|] [available|in stock|sold|made]? I [can't find it|need {few} of them|had one and loved it].
      do you [have|sell|stock|carry|make] [a {goods}|{pair}|spare parts for the {thing}|a {part} for my {thing}|a {material} {thing}]?
      how many {pair} [are left|do you have] in size {size}?
    `),
    lines(`
      the {colour} one will be back in stock {until}. We can send you a note.
      we have {number} left in our shop in {city}.
    `),
  ],
  'compare and advise': [
    lines(`
      [is|would] the [dearer|bigger|newer] {device} [be worth|really worth] the extra {amount}, [or is the small one enough|what do other buyers say]?
      what would you [give|buy] {relative} for the {occasion}, [maybe a {thing}|something for the {room}|under {amount}]?
      [can|may] I [see|order|get] a [sample|swatch|catalogue|picture] of the {material} [before I decide|first|in {colour}]?
      which of your {number} {thing} models is [the quietest|the best value|the lightest|made for beginners]?
      which [{device}|{thing}|of the two {thing} models] [is better|is quieter|would you recommend|lasts longer|should I buy] for [a beginner|{relative}|a small {room}|a {occasion}|a {job}]?
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
      [how many|what kind of] [hooks|pockets|drawers|speeds|programs|lamps] does the {thing} have, [and is the {part} removable|and can more be added]?
      can the [light|{device}] be charged by USB, and how [bright|long|loud] is it?
      [has|does] the {thing} [got|have] [a hood|pockets|a lid|wheels|a compartment for a {device}|a {part}], [the picture does not show it|I can't see it on the photo]?
      [are|is] [spare filters|refills|extra parts|a second {part}|a bag] [available|sold separately|easy to get] for the {appliance}?
      can [one person|a child|{relative}] [put up|build|use|carry] the {outdoor} [alone|without help|]?
      [are|is] [the batteries|a charger|a manual|the {part}|a bag|a cable|tools|a spare {part}] [included|in the box|part of the set] [with the {goods}|or do I buy it extra|]?
      can the {device} be [charged by USB|used without wifi|used with batteries|programmed|connected to my phone]?
      [does|will] the {part} [work with|fit] [the older model|my {thing}|a {device} from another maker|model {order}]?
    `),
    lines(`
      yes, [the batteries|a {part}|a charger|the tools] [are|is] included.
      no, you have to buy it separately. It costs {amount}. The warranty is {few} years.
    `),
  ],
});
