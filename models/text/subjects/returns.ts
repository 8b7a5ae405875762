import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const returns = area('sending back', {
  'return item': [
    lines(`
      the {goods} [smells odd|feels cheap|is heavier than expected|does not go with my {furniture}], I'd [prefer to send it back|rather return it].
      [may|can] [{relative}|a friend] [hand in|bring] my return [for me|at your shop], [what papers are needed|without my card]?
      I [bought|took] {few} sizes to try, the [other ones|wrong ones] [will come back|go back], is that [fine|all right]?
      it was a [gift|present] and [I don't have the receipt|the box is gone], can [it|the {goods}] [still|] go back?
      your site [won't let me|does not let me|refuses to] register [a|my] return[, it says not eligible|. the {goods} is a week old|].
      can [swimwear|underwear|food|a used {appliance}|an opened {food}] be [returned|sent back|taken back]?
      [unopened|unused|left over|spare] [tins|rolls|boxes|{pair}] from our [project|{occasion}], [do you take them back|may I return them].
      I'll bring [it|the {goods}] back [to the shop|to your store in {city}|in person], [is that okay|do I need the receipt|who takes it].
      [no longer|don't] [needed|want it|wanted]: [how does the return work|what are the steps to send it back|where does the {goods} go].
      [are|is] [the {pair}|sale items|a {clothing} I wore once|an opened {thing}] [still|] [returnable|accepted for return|allowed to go back]?
      I [missed|am just past] the [return period|{digit} day limit|deadline] [by one day|because I was ill|], would you [still take|make an exception for] the {goods}?
      we [bought|ordered] {few} [chairs|lamps|{pair}|plates] [but need only|and would like to give back] [one|{few}], [can we return the rest|how do we do that].
      I [want|would like|need|wish] to [return|send back|give back|bring back] [the {goods}|my {goods}|the {pair}|one of the {number} items], [it does not suit me|it's too small|I don't like it|it is not what I expected|what do I do].
      how [can|do] I [return|send back] [a {goods}|something|part of my order|an unwanted present]?
      the {pair} [are|were] too [tight|big|small|wide|long|narrow], [I want to send them back|can I return them|they have to go back].
      [where|to which address] [do|should|can] I [send|post|take] [the return|my return|the {goods}]?
      [can|may] I return [a {goods}|the {pair}] [without the box|that I have opened|that was on sale|without a receipt|to one of your shops|after {duration}]?
      the {goods} [looks nothing like|is not at all like|is different from] the [picture|photo|description], [I'm sending it back|so it goes back|how do I return it].
      [does|will] it cost [anything|money] to send [it|the {goods}|things] back, [or is the return free|or do you pay|]?
    `),
    lines(`
      you can return it within {number} days. [Print the label|I have sent you a label|Please use the form] and take the {parcel} to [the post office|a parcel shop].
      yes, returns are [free|possible for 30 days|easy]. [Pack it well|Keep the receipt] and put the [form|slip] into the box.
    `),
  ],
  'return label': [
    lines(`
      the return [label|code|form] [does not print|does not scan|has the wrong name|is torn|has expired|is missing].
      where [can|do] I [find|print|get] the label [to send|for sending] [the {goods}|my {parcel}] back?
      can [the {courier}|someone] [collect|pick up|fetch] the {goods} [I want to return|I'm sending back|], it is too [heavy|big|bulky] [for the post|to carry]?
      how should I [pack|wrap] the {goods} [for the return|to send it back|before I return it]?
    `),
    lines(`
      here is a new label for your return. It is [valid|good] for {number} days.
      the {courier} will collect the {thing} {until}. Please [tape the box|have it ready].
    `),
  ],
  'exchange item': [
    lines(`
      the {pair} [rub|squeeze|slip], [do you have them|I need them] in [half a size more|a wider fit|size {size}], [please exchange|can we switch].
      could the {colour} {thing} be [switched|changed|exchanged] for [the striped one|the next size|a newer model]?
      can I [trade|swap] the {digit}0 cm [one|{furniture}] for the {digit}0 cm one, [do I send the first one back before|which goes first]?
      a size [bigger|smaller|up|down] please, the {clothing} [pinches|hangs like a sack|will not close].
      [wrong colour|wrong size|wrong item|not my order] [in the box|arrived|was sent], I [ordered|need|asked for] a {colour} {thing}. [please swap|how do we change it].
      [I'd like to trade|please change|let me swap] the {size} for a {size}, [I'll send the first one back|the cut is different|it pinches].
      the exchange [you sent|I got] is [wrong again|also too small|not the right colour], [can we try once more|I still need size {size}].
      [can|could|may] I [exchange|swap|change] the {goods} for [a {colour} one|a bigger one|a smaller one|another size|size {size}|a different model|a {thing}]?
      you [sent|have sent] me [the wrong {thing}|a {colour} {thing} instead of a {colour} one|someone else's order|a {thing} instead of a {thing}].
      the {clothing} is [the wrong colour|too small|too large|the wrong size|too long], [can I get another one|I'd like a different one|please exchange it].
      the {goods} was a [gift|present] and {relative} already has one, [can we exchange it|is an exchange possible|I want something else for it].
      [I'd rather have|can I get] the {colour} {thing} [instead of|in exchange for] the {colour} one [you sent|I got|I received].
    `),
    lines(`
      of course. Send the {thing} back and we will [post|send] you [the right one|size {size}|a {colour} one] {until}.
      the other size is [in stock|available]. I have [put one aside|ordered the exchange] for you.
    `),
  ],
  'damaged item': [
    lines(`
      [opened|unpacked] the {parcel} and found the {thing} [crushed|leaking|mouldy|without its {part}|full of dents], [pictures attached|what do you suggest|I expect a new one].
      the [seam|sole|lock|zip|glue|paint] of the {goods} [gave way|came off|peeled|failed] after {duration}, [it must be a fault|is there a guarantee|please repair or replace].
      [smashed to bits|all broken|in a thousand pieces], that's how the {household} [arrived|came out of the box]. i want a replacement.
      do you want the whole {thing} back or only the [broken|cracked|damaged] {part}?
      the {thing} came with a [cracked|bent|broken|scratched] {part}, [please send another|can it be replaced|what next].
      the {goods} [shrank|faded|came apart|lost its colour] [in the first wash|after one use|within {few} days], [I want my money's worth|it can't be right|take it back please].
      the [{goods}|item] you sent [has clearly been used before|is second hand|has a dent], I [paid for|expect] a [brand new|proper|perfect] one.
      the {goods} [arrived|came|was] [broken|damaged|cracked|scratched|dented|torn|in pieces|chipped|smashed|stained], [I want a new one|please replace it|can you send another].
      [the {part}|one {part}] [of|on] the {thing} is [broken|bent|missing|loose|cracked|scratched], [I need a replacement|can you send a new one|what can you do].
      my {device} [broke|stopped working|fell apart|died] after {duration}, [I want to send it in|can I get a new one|is this covered].
      when I [opened|unpacked] the box, the {goods} was [wet|dirty|used|broken|empty|in two pieces|full of scratches].
      the {clothing} has a [hole|stain|tear|loose seam|broken zip], [so I'd like to return it|please take it back|it must be faulty].
      the {goods} is [faulty|defective|not new|of bad quality], [I'd like a replacement|it has to go back|will you exchange it].
    `),
    lines(`
      I am sorry that it [was damaged|broke]. Please send a photo, and we will send a new {thing} [at once|{until}].
      we will [replace|repair|exchange] the {part}. You do not need to send [it|the whole {thing}] back.
    `),
  ],
  'return received': [
    lines(`
      I sent [the {goods}|my {parcel}|the {pair}] back {duration} ago, [has it arrived|did you get it|have you received it].
      has my [return|return parcel] [arrived|reached you|been processed|been checked] [yet|] - [number {order}|sent on {weekday}|it was a {goods}]?
      my return was [refused|rejected|not accepted], [why|what was wrong with it|I don't understand the reason].
      the return of order {order} [still says open|is not in my list|was never confirmed], although I [posted|sent] it {when}.
    `),
    lines(`
      your return [arrived|was received] {when}. We are checking it and will write {until}.
      your return has not reached us yet. Please keep the [slip|receipt] from the post office.
    `),
  ],
});
