import { lines } from './grammar.ts';

/** How messages begin. Ends with a comma, a colon or `but` where the sentence goes on. */
export const openings = lines(`
  hi,
  hello,
  hello there,
  good [morning|afternoon|evening],
  dear [{shop}|team|sir or madam|{name}],
  hi {name},
  hey [guys|there|],
  to whom it may concern,
  quick question:
  sorry to bother you, but
  I hope [you can help me|someone can help|this reaches the right person]:
  I need [some|your|urgent] help.
  could [you|anyone|somebody] help me?
  excuse me,
  just wondering,
  urgent!
  hope you are well.
  [I've|I have] just noticed something:
  this is about [order {order}|my account|my last message|my request].
  it's {name} {surname} here.
  [I think there is|there seems to be|I have] [a problem|an issue|some trouble|a mistake].
  can I ask [you|] something?
  [okay|alright|right], [so|]
  [I'm|I am] a bit [confused|worried|lost|puzzled].
`);

/** Words that a sentence may start with, whatever it says. */
export const leads = lines(`
  [actually|honestly|apparently|obviously|somehow|suddenly|as far as I can see|for some reason],
  [it seems|I think|I believe|I noticed|I'm afraid|I'm sure|I just saw] that
  [I'm|I am] [writing|asking|calling] [because|since]
  [so|well|and|now],
  [recently|lately|these days|again],
  I [wanted|have been trying] to tell you that
  [my question is|the thing is|the problem is]:
  [one more thing|another thing]:
`);

/** Sentences that say nothing about the subject. */
export const asides = lines(`
  [I don't|I do not] [understand|know|see] [what is going on|what happened|why|what to do now|how this could happen].
  this [has|had] never happened [to me|] before.
  [is|was] there [something|anything] [wrong|I did wrong|I should know|missing|I can do]?
  I [already|have already] [checked everything|looked everywhere|asked a friend|read the help page|tried it several times|waited long enough].
  [it|this] is [really|quite|very|rather] [important|urgent|annoying|strange|odd] [to me|for us|].
  I [would be|am] [happy|grateful|glad] [if you could check|about any help|for a short answer|if you could explain this].
  [could|can|would] you [please|kindly|] [check|explain|look at|confirm|investigate] [this|it|that] [for me|right away|as soon as possible|when you have time|]?
  [everything|it all] [was fine|worked] [until now|last time|before|for years].
  I [really|] [need|hope for] an answer [today|soon|by {weekday}|before I leave].
  [what|whom] should I [do|contact|expect] [now|next|]?
  [maybe|perhaps|I guess] [it's my fault|I missed something|someone made a mistake|you can tell me more].
  I [am|feel] [worried|confused|not happy|unsure] [about this|about it|].
  [sorry|excuse me] for [asking|my English|the long message|writing again].
  I [can't|cannot] [wait|afford it|believe it|find anything about it on your site].
  [I'm|I am] [new|quite new] to this.
  [let me know|tell me|please say] [if you need anything else|whether that is possible|what you can do|either way].
`);

/** What goes before a question to a shop. */
export const shopContexts = lines(`
  I [bought|ordered|got] [a {goods}|{few} {pair}|a {thing} and a {thing}] [from you|in your shop|on your website|] {when}.
  the {goods} [is|was] [a present for {relative}|for {relative}|for our {room}|for the {occasion}].
  [my|the] order number is {order}.
  {relative} [ordered|bought] it for me.
  I live in {city}.
  we are a small {business} in {city}.
  I was about to [check out|pay|order] when I saw it.
`);

/** What goes before a question to a bank. */
export const bankContexts = lines(`
  I [was|am] [on holiday|on a trip|travelling|living] in {country}.
  I have been with your bank for {number} [years|months].
  I [looked|checked] [at my account|in the app|my statement] {when}.
  [I got|I have] the card {when}.
  it is for {relative}.
  I need the [money|funds] for [my rent|a {thing}|the {occasion}|a deposit].
  the amount [is|was] {amount}.
  I [thought|assumed|was told] [it|this|everything] was [free|normal|fine|in order].
`);
