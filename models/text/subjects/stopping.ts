import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const stopping = area('stopping', {
  'cancel order': [
    lines(`
      [I no longer want|no more need for|forget] [the {goods}|order {order}|my order], [stop it before it ships|please take it off the list|kindly void it].
      is it [too late|still possible] to [withdraw from|back out of|stop|revoke] [the purchase|my order|the contract], I [only ordered {when}|pressed the button by mistake].
      the [cancel button|option to cancel] is [gone|missing|grey], [how do I stop the order now|please do it for me].
      take [one item|the {thing}|two things] [off|out of] my order [before it is sent|and keep the rest|please].
      [please|kindly|could you please|can you] cancel [my order|order {order}|the {goods}|the order from {when}], [I changed my mind|I ordered it by mistake|I don't need it any more|I found it cheaper|it takes too long].
      I [want|need|would like|wish] to cancel [my order|order {order}|the {goods} I ordered {when}|one item of my order].
      [can I|is it possible to|is it too late to|how do I] [still|] cancel [an order|my order|the {goods}|order {order}|part of my order]?
      {relative} [ordered|bought] the {goods} by [accident|mistake], [please stop it|cancel it please|don't send it].
      I [clicked|ordered|pressed] twice by [mistake|accident], please cancel [one of the two orders|the second one|order {order}].
      please [stop|do not send|don't process|void|call off|scrap|undo|withdraw] [my order|order {order}|the purchase of the {goods}|the order I placed {when}].
      [I've|I have|we have] [decided against|changed our minds about|no more use for] the {goods}, [please cancel|so stop the order|can the order be stopped].
      I [asked|told] you {when} to cancel order {order}, [is it cancelled|but it still says processing|I have no confirmation].
    `),
    lines(`
      order {order} has been cancelled. You will not be charged.
      the order has already left, so we cannot cancel it. You can refuse the {parcel}.
    `),
  ],
  'end subscription': [
    lines(`
      [will I be charged|do I pay] if I [leave|cancel|quit] in the middle of the [month|year|term]?
      I [signed up for|started] [the trial|a membership|the plan] and [don't want to go on|it must not renew|wish to stop before {month}].
      our old {animal} died, so [stop the food plan|we don't need the monthly box|please end the subscription].
      [please|I want to|I would like to|how do I|how can I] [cancel|end|stop|quit] [my subscription|the {food} subscription|my monthly box|my plan|my membership|the free trial|the magazine].
      I [do not want|don't wish] to [renew|extend|continue] [my membership|the subscription|my contract|the plan|the trial], [please end it|it ends in {month}|].
      I [give|am giving|hereby give] notice on my [contract|membership|subscription|plan], [it should end in {month}|please confirm the end].
      what is the notice period [for|of] [my contract|the subscription|the membership], [I want to leave|when can I get out|].
      please [stop|end] the [monthly|weekly|yearly] [delivery|box|plan|payments] of {food} [from {month}|at once|as we are moving|].
      [terminate|discontinue|end] my [membership|plan|contract|subscription] [today|at the end of {month}|as soon as possible] please.
    `),
    lines(`
      your subscription ends in {month}. There will be no more [boxes|payments].
      we are sorry that you are leaving. Your [membership|contract] ends on the {ordinal}.
    `),
  ],
  'cancel booking': [
    lines(`
      I [have to|need to|must] cancel [my appointment|our booking|the reservation|the table|the room|the repair visit] [on {weekday}|for {date}|{until}].
      [please|could you] cancel [the assembly service|the fitting on {weekday}|my booking {order}|the rental|our table for {few}].
      we [can't|cannot] come {until}, [please cancel our booking|so please cancel|can we cancel for free].
      the {occasion} [is|has been] [off|called off|cancelled], so we do not need [the {goods}|the room|the {number} chairs] any more.
    `),
    lines(`
      your booking for {date} has been cancelled. There is no charge.
      thank you for telling us in time. Would you like another day?
    `),
  ],
});

export const anger = area('anger', {
  'bad service': [
    lines(`
      [fed up|sick|tired] [of|with] your [excuses|empty promises|copy and paste answers|robots], [does anyone read this|sort it out|I've had enough].
      the [quality|service|treatment] [used to be|was] [good|wonderful|better], now it is [awful|a nightmare|frustrating|poor] [from start to finish|].
      you have [wasted|stolen] [hours|days] of my [life|time], [thanks for nothing|what a mess|I'm furious].
      [what a|this is a] [joke|shambles|disgrace|rip-off], [you people don't care|one star from me|I will tell all my friends].
      I am [very|deeply|extremely|really|so] [disappointed|angry|annoyed|unhappy|upset|dissatisfied|frustrated] [with|about] your [service|company|support|staff|behaviour].
      this is [the third time|the second time|now the fourth time] I [write|am writing|call|have called], and [nobody answers|no one cares|nothing happens|nobody has replied].
      your [service|support|hotline|company] is [terrible|awful|a joke|the worst|a disgrace|shameful|useless|appalling], [I will never buy here again|never again|I'm telling everyone].
      I [waited|was on hold|had to wait] [for an hour|{number} minutes|for ages] on the phone, and then [the line went dead|nobody could help|I was cut off].
      [is this|is that|do you call this] [customer service|how you treat customers|good service|acceptable]? I am [shocked|disgusted|speechless].
      I have been a [loyal|good|long-standing] customer for {number} years and have never been treated [so badly|like this|with so little respect].
      nobody [takes responsibility|feels responsible|cares|listens], I am [passed|sent] from one [person|department] to [another|the next].
      you [promised|said you would] [call back|write|sort it out], [but you never did|one more broken promise|and again nothing happened].
    `),
    lines(`
      I am very sorry about your experience. I will look into it myself and call you {until}.
      this should not have happened. Please accept our apology [and this voucher|].
    `),
  ],
  'rude staff': [
    lines(`
      your [agent|employee|salesman|cashier|driver|assistant|colleague] was [rude|impolite|unfriendly|arrogant|aggressive|disrespectful] to [me|{relative}|us] and [hung up|laughed at me|shouted|walked away|swore].
      the [man|woman|person] [on the phone|at the till|in your shop in {city}|in the chat] [called me a liar|rolled his eyes|ignored us|insulted me|was very rude].
      I want to [complain|make a complaint] about [your staff|the {job} you sent|the behaviour of your driver|the manager in {city}].
      I [have|had] never [met|spoken to] such a rude [person|agent|salesman], I [expect|demand] an apology.
      the tone of your [email|letter|answer|agent] was [rude|arrogant|insulting|unacceptable].
    `),
    lines(`
      I apologise for the behaviour of my colleague. We will speak with [him|her] today.
      thank you for telling us. Nobody should be treated like that.
    `),
  ],
  'formal complaint': [
    lines(`
      [take this as|this is|please register] [an official complaint|my formal complaint|a grievance], and [confirm it in writing|send me the name of the person in charge|reply within {digit} days].
      your [advert|salesman|contract|website] [is misleading|lied to us|told us one thing and did another], I [will report it|want it on record|expect compensation].
      I [wish|want|would like] to [make|file|submit|register] a [formal|official|written] complaint [about|against] [your company|the way I was treated|this matter|your branch in {city}].
      I [demand|want|expect|insist on] [an explanation|an apology|compensation|to speak to a manager|an answer from your director].
      if [I hear nothing|this is not solved|nobody answers] by {weekday}, I will [go to my lawyer|tell the newspapers|write to the ombudsman|leave a bad review].
      please [pass this on|escalate this|take this] to [your manager|the director|someone senior|the head office], it is [unacceptable|outrageous|a scandal].
      who is [the manager|in charge|your boss|responsible]? I want to [complain|write to him|speak to him].
      I feel [cheated|lied to|insulted|humiliated|ignored|misled] by [your company|your salesman|your advert], and [I want it on record|I will not accept this|everyone should know].
    `),
    lines(`
      we have registered your complaint under number {order}. A manager will answer {until}.
      I have passed your letter on to our director.
    `),
  ],
});
