import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const stopping = area('stopping', {
  'cancel order': [
    lines(`
      the order [is a duplicate|was a test|went to the wrong shop], [cancel|annul|reverse] it [right away|before anyone packs it|without costs] please.
      [would you|could somebody] [take back|halt|intercept] order {order}, [the event was moved|the colour is not right|we bought locally instead].
      [{relative}|a colleague] [has already ordered|ordered] the same {thing}, so [mine can be cancelled|I want to cancel mine].
      the purchase [was not approved|is no longer needed|was made by my child|was a mistake], [kindly cancel|stop it before it is processed|call it off please].
      I [hereby|] [revoke|withdraw from|annul] [my purchase|the contract|order {order}] [of {date}|within the {digit} days|].
      we're [not getting the flat|moving abroad|short of money] [after all|now], so [the order|the {furniture}] [has to be called off|must be stopped|please cancel].
      you [confirmed|promised] the cancellation, [but|yet] the [status|order page] [says processing|still shows the order|says sent]. [which is true|is it cancelled].
      [drop|remove] the [engraving|gift wrap|extended warranty|assembly] [from|I added to] my order, [I clicked it by accident|don't want it|no longer needed].
      [I no longer want|no more need for|forget] [the {goods}|order {order}|my order], [stop it before it ships|please take it off the list|kindly void it].
      is it [too late|still possible] to [withdraw from|back out of|stop|revoke] [the purchase|my order|the contract], I [only ordered {when}|pressed the button by mistake].
      the [cancel button|option to cancel] is [gone|missing|grey], [how do I stop the order now|please do it for me].
      [please|kindly|could you please|can you] cancel [my order|order {order}|the {goods}|the order from {when}], [I changed my mind|I ordered it by mistake|I don't need it any more|I found it cheaper|it takes too long].
      I [want|need|would like|wish] to cancel [my order|order {order}|the {goods} I ordered {when}|one item of my order].
      [can I|is it possible to|is it too late to|how do I] [still|] cancel [an order|my order|the {goods}|order {order}|part of my order]?
      {relative} [ordered|bought] the {goods} by [accident|mistake], [please stop it|cancel it please|don't send it].
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
      my [plan|membership|contract] [runs|is paid] until {month}, [after that I leave|please do not extend it|consider this my notice].
      we [have too many|cannot use all the|are allergic to the] [boxes|{food}|deliveries], so [end|finish|stop] the [subscription|standing order].
      how do I [opt out of|get rid of|get out of] the [automatic renewal|yearly plan|loyalty subscription]?
      [from|as of] {month} I [no longer want to be|will not be|don't want to be] a [member|subscriber].
      [make sure|see to it that] [it|my subscription|the plan|the trial] [does not renew|ends in time|stops] [in {month}|by itself|].
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
      the [{job}|technician] does not have to come {until}, [we solved it ourselves|please cancel the visit|call it off].
      our [reservation|booking|appointment] {order} [is not needed any more|can be given to someone else|must be cancelled].
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
      [honestly|frankly], your [company|shop|call centre] [should be ashamed|has lost my respect|makes me sick], [nothing was solved|all you do is apologise|I regret every penny].
      how many [letters|calls|emails] [must I write|does it take] until [someone reacts|you wake up|anyone cares]?
      [{relative}|our whole family] will [avoid|boycott|stay away from] your [shop|stores] after [this farce|what you did to us|such neglect].
      it is [scandalous|pathetic|unbelievable|infuriating] how [little|badly] you [care|are organised|communicate|treat old people].
      [congratulations|bravo], you have [ruined our {occasion}|made me cry|lost a customer]. [I hope you are proud|what a failure|simply dreadful].
      your [promises|slogans|adverts] mean [nothing|less than nothing], the [reality|truth] is [chaos|arrogance|incompetence].
      how [can|dare] you [ignore|treat|cheat] [a customer|customers|me|people] [for {few} weeks|like this|so badly]?
      [never|not once] [has anybody|did anyone] [called back|apologised|explained anything|answered my emails].
      [nobody|no one] [in your shop|at your company|on your team] [knew anything|could help|wanted to help|took me seriously].
      one [till|desk|person] [open|for fifty people], a [queue|line] out of the door, and [staff chatting|not a word of excuse].
      I [used to|once did] [recommend|love|trust] your [shop|company|brand], [not any more|those days are over|what happened].
      [what an|an] [awful|embarrassing|upsetting|insulting] experience [from start to finish|for my family|with your company].
      [such|what] [poor|sloppy|careless] [work|manners|treatment], [I'm disgusted|we are shocked|I have no words].
      a [{percent} % voucher|cheap excuse|standard letter] is [an insult|a joke|no answer] after [all this trouble|what happened|three weeks of waiting].
      I [will|shall|am going to] [post|write|leave] [a one star review|the worst review|what happened here] [everywhere|online|on every site].
      your [support|hotline|chat] is [useless|hopeless|a waste of time], [I get the same answer every time|they only read from a script|a robot talks in circles].
      [third|fourth|another] [broken promise|wrong answer|excuse] [in a row|this month], [I've lost all patience|enough is enough|that is it].
      the [amount|waste] of [plastic|packaging|paper] you [use|send] is [a disgrace|shameful|irresponsible].
      you have [wasted|stolen] [hours|days] of my [life|time], [thanks for nothing|what a mess|I'm furious].
      [what a|this is a] [joke|shambles|disgrace|rip-off], [you people don't care|one star from me|I will tell all my friends].
      I am [very|deeply|extremely|really|so] [disappointed|angry|annoyed|unhappy|upset|dissatisfied|frustrated] [with|about] your [service|company|support|staff|behaviour].
      your [service|support|hotline|company] is [terrible|awful|a joke|the worst|a disgrace|shameful|useless|appalling], [I will never buy here again|never again|I'm telling everyone].
      I [waited|was on hold|had to wait] [for an hour|{number} minutes|for ages] on the phone, and then [the line went dead|nobody could help|I was cut off].
      [is this|is that|do you call this] [customer service|how you treat customers|good service|acceptable]? I am [shocked|disgusted|speechless].
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
      the [{job}|guard|clerk|adviser] in your [{city}|] [branch|shop|office] [snapped at me|used foul language|mocked {relative}|refused to give his name|slammed the door].
      I have [rarely|never] been spoken to [in such a tone|like that] [by a shop assistant|on a helpline|in my life], [please discipline this person|is that your policy].
      your [colleague|operator] [interrupted|threatened|patronised|ignored] me [the whole time|again and again], [a simple sorry would have helped|it was humiliating].
      the [fitters|workmen|delivery men|guards] you sent [smoked indoors|swore|left dirt everywhere|broke our {household} and laughed|were drunk].
      your [security guard|supervisor|shop manager] [followed|accused|shouted at|humiliated] [me|{relative}|us] [for no reason|in front of everyone|in the store].
      [she|he] [told me to calm down|laughed at my question|put the phone down|made fun of my accent], [which is disrespectful|I was in tears|how unprofessional].
      a [pushy|dishonest|lying] [seller|salesman] [talked us into it|would not let us go|lied about everything].
      [I was|we were|{relative} was] [treated like a thief|called stupid|laughed at|ignored|insulted] by [your staff|the cashier|your colleague] {when}.
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
      [please treat|consider] this [letter|email] as [a complaint|notice of legal steps|my last warning], I [await|require] a [full|written] [statement|response].
      I [request|demand] the [address of your legal department|name of your ombudsman|complaints procedure|minutes of my calls].
      the [consumer association|local paper|regulator] will [hear|learn] about [this|your methods|how you deceive people].
      I [expect|want] [compensation|a written apology|someone senior to call me] for [the trouble|the stress|what your people did|my wasted time].
      unless [someone senior|your director|a manager] [calls|answers|writes] by {weekday}, I [shall see a solicitor|go to the press|contact consumer protection].
      you [deleted|removed|hid] my [honest|critical] review, that is [censorship|unfair|outrageous].
      [my complaint|the complaint I made {when}] [was never answered|has been ignored|is still open], [who deals with complaints|I want it on record|I will take it further].
      [take this as|this is|please register] [an official complaint|my formal complaint|a grievance], and [confirm it in writing|send me the name of the person in charge|reply within {digit} days].
      your [advert|salesman|contract|website] [is misleading|lied to us|told us one thing and did another], I [will report it|want it on record|expect compensation].
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
