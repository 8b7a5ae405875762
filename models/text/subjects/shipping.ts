import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const shipping = area('shipping', {
  'late parcel': [
    lines(`
      {number} days [ago|have passed since] you [took my order|promised to send it], and the {goods} is [nowhere to be seen|still on the road|not even packed].
      our [guests come|party is|trip starts] {until} and the {goods} [is not here|has not shown up], [will it make it|can you hurry].
      [when|how soon] [does|will] the [second part|rest|other half] of my order [come|arrive|ship]?
      my {parcel} was [meant|supposed] to reach [{city}|us] by the {ordinal}, [still nothing|it is nowhere].
      [nothing in the post|no {parcel} so far|no news from the {courier}], [ordered|bought] {when} with [express|next day|normal] [delivery|shipping]. [is it lost|where has it got to|did you forget it]?
      my {goods} [got stuck|has been sitting|is waiting] [in {city}|at the depot|somewhere] [for {duration}|since the {ordinal}], [please speed it up|can you push it along|I need it {until}].
      my {parcel} [has not arrived|hasn't come|is late|is overdue|has still not turned up|hasn't been delivered], it was [due|expected|promised|supposed to come] {when}.
      I [ordered|bought] a {goods} {duration} ago and [it hasn't come yet|nothing has arrived|I am still waiting for the {parcel}|there is no sign of it].
      [where is|what has happened to|any news of|what's going on with] my {parcel}? [I have been waiting {duration}|it should have been here {when}|order {order}].
      [still no sign of|still waiting for|nothing heard about] the {goods} [I ordered {when}|from order {order}|you promised for {weekday}].
      your [website|email] said {few} days for shipping, and now it's been {duration}.
      the {parcel} for order {order} [is delayed|seems to be lost|never reached us|has been on the road for {duration}].
      [when will|when is] my {goods} [arrive|come|get here|be here|going to arrive]? the {occasion} is {until}.
    `),
    lines(`
      [I am sorry|sorry|my apologies] for the delay. Your {parcel} is [on its way|with the {courier}|in {city}] and should [arrive|reach you|be with you] {until}.
      the {courier} had [a breakdown|too many parcels|problems with the snow|a strike]. [The new date|Delivery] is {weekday}.
      I have asked the {courier} where it is, and I will [write|call you|let you know] {until}.
    `),
  ],
  'track parcel': [
    lines(`
      the [map|status|courier's page] [puts|shows] my {parcel} in [{city}|another country|the sea], [is that right|where is it really going].
      I [lost|deleted] the email with the [tracking code|shipping number], could I [get|have] it again?
      tracking [hasn't updated|stopped|froze] [since it left {city}|on {weekday}|], [might it be lost|is the {parcel} stuck].
      no [dispatch|shipping] [email|message] yet, has [it|order {order}|my {goods}] left [the warehouse|you]?
      signed for by [someone called {surname}|a {surname}], there is no {surname} [here|in this house].
      [the tracking|tracking|the tracking page] [says|shows|still says|only says] "[in transit|label created|out for delivery|at the depot|on hold|exception|dispatched]" [since {weekday}|for {duration}|and never changes].
      my tracking [number|link|code] [does not work|is not valid|shows nothing|leads nowhere|gives an error].
      how [can|do] I [track|follow|trace] my {parcel}? [is there a tracking number|I have no link|I never got a tracking link].
      [tracking|the status] has not [updated|changed|moved] since [it left {city}|{weekday}|the {ordinal}].
      could you [send|email|give] me the tracking [number|link|details] for [order {order}|my {goods}|my last order]?
      I'd like to know [where my {parcel} is|whether my order has shipped|if the {goods} has left the warehouse|how far my {parcel} has got].
      has [order {order}|my {parcel}|the {goods}] been [sent|shipped|dispatched|posted] yet? I have had no [email|message|news].
    `),
    lines(`
      your tracking number is {order}. The link [starts to work|shows news] [in a few hours|after the first scan|tomorrow].
      the {parcel} [left the warehouse|was sent|was dispatched|was handed to the {courier}] {when} and is now in {city}.
    `),
  ],
  'missing parcel': [
    lines(`
      [the system|your app|the website] claims [my {parcel}|the {goods}] was [handed over|delivered|dropped off] at {time}, [I was home all day|the camera shows nobody|my hall is empty].
      the {parcel} [went back to|was returned to|is again at] the [depot|sender|sorting centre] because [the label was damaged|nobody was home|the address was unclear], [please send it again|what happens now].
      the {parcel} [is marked as|was marked|shows as] delivered, but [I have not got it|there is nothing here|it is not at my door|nobody gave it to me|I can't find it].
      someone [signed for|took|accepted] my {parcel}, and it [wasn't me|was none of us|wasn't my neighbour].
      only [one|{few}] of the {number} boxes [came|arrived|turned up], where [is|are] the [other|rest|others]?
      the {courier} says he left it [on the porch|by the gate|behind the bin|in the shed|with a neighbour|at the front desk], but [nothing is there|it's gone|it must have been stolen].
      my {parcel} [must be|seems|is probably] [lost|stolen] - [I've asked all the neighbours|I have looked everywhere|the depot can't find it].
      part of my {parcel} is missing: the {goods} [came|is here] but the {thing} [did not|didn't|isn't].
      the {parcel} was delivered to the wrong [address|house|street|flat], [number {digit}|{street}] instead of mine.
    `),
    lines(`
      I have [opened|started] a search with the {courier}. If it is not found {until}, we will send [a new one|another {thing}].
      please look [with your neighbours|behind the house|in the letter box]. The {courier} [took a photo|says it was left {when}].
    `),
  ],
  'delivery address': [
    lines(`
      I [mistyped|got wrong] the [postcode|street number], it is {digit} not {digit}. [has it shipped|can you still change that|please correct it before it ships].
      please [hand|give] the {parcel} to [number {digit}|the porter|the shop next door] [if I'm out|they know about it|].
      [can|could|would] the [driver|{courier}] [carry|bring|take] the {furniture} [up to the {few}th floor|upstairs|into the {room}|round the back]? [there is no lift|the stairs are narrow|I live alone].
      [can|may] I [collect|fetch|pick up] [my {parcel}|the {goods}] [myself|] [at the depot|from the warehouse|from your shop|at a pickup point] [instead of waiting|]?
      do you deliver to [a PO box|an island|a hotel|a farm|a student hall|work addresses|parcel lockers]?
      I [gave|entered|typed|put] the wrong [address|postcode|street|house number] [on|for|in] [my order|order {order}], [can you change it|please correct it|what now].
      please [send|deliver|bring|ship] the {parcel} to [my office|my neighbour|{street}|my new flat|number {digit}|a pickup point|{relative}] instead.
      we are moving [house|] {until}, so [can|could] the {goods} go to [our new address|{street}|the new place]?
      [can|could] the {courier} leave [the {parcel}|it] [with a neighbour|in the garage|behind the gate|at the reception|by the back door] if [nobody is home|I am out|no one answers]?
      is it possible to [change|update|correct] the [delivery|shipping] address [for order {order}|after I have ordered|of a {goods} that has not left yet]?
      [your {courier}|the driver] [can't|cannot|never] find [my house|our street|the farm|the entrance], it is [behind the church|next to the station|up the hill|at the end of the lane].
    `),
    lines(`
      I have changed the address to {street}. [It|Your {parcel}] will arrive {until}.
      the {parcel} has already left, but the {courier} can [send it on|take it to a pickup point|try again {until}].
    `),
  ],
  'delivery time': [
    lines(`
      our [shop|school|office|building] [closes|is locked] at {time}, so [please deliver earlier|the van must come before that|tell the {courier}].
      [two men|someone strong] should [come with|bring] the {furniture}, and please [ring|call] [before|when they are near].
      what time [is the {courier} coming|does the van come|can I expect the {parcel}] [on {weekday}|{until}]?
      [hold|keep] the {furniture} [at the depot|back] until [after the move|we are home|the {ordinal}], [we're moving house|the floor is being laid].
      [which|what] [courier|carrier|delivery company] do you [use|work with], [ours|the last one] [never rings|threw the {parcel} over the gate|leaves boxes in the rain].
      will it [arrive|come|be delivered] [in time for|before] [the {occasion}|Christmas|{weekday}|my holiday]?
      {relative} [sent|turned] the {courier} away by mistake, [can he come again|when is the next try].
      [what time|when|at what hour] will the [van|{courier}] [be here|come|arrive] {until}? I [work until {time}|have to go out|need to be home].
      [can|could] I [choose|pick|book|change] a [delivery slot|time|day], [for example|such as|say] {weekday} after {time}?
      I am [away|on holiday|in hospital|at work] {until}, please [delay|hold|postpone] the delivery [until the {ordinal}|for a week].
      the {courier} [came|rang|called] {when} when [I was out|nobody was home|I was at work], [when will he try again|can he come back {until}].
      could the driver [call|phone|ring|text] me [{few} minutes|an hour] before [he comes|delivery]?
      the {courier} left a card, but I was [home|in] all [day|{daytime}] and [nobody rang|no one knocked|the bell never rang].
    `),
    lines(`
      the {courier} comes between {time} and {time}. You can [choose another slot|change the day] with the link in the email.
      I have [told|asked] the {courier} to [come {until}|ring twice|call you first].
    `),
  ],
  'shipping cost': [
    lines(`
      [what is|how much is] the [postage|shipping] for [an envelope|something heavy|a {thing}] [to {country}|to an island|]?
      is [shipping|delivery|postage] free [for orders over {amount}|for members|to {city}|if I buy two]?
      how [long|many days] [does|do] [standard|express|normal|international] [shipping|delivery] take [to {city}|to {country}|]?
      can I get [express|next day|same day|faster] [delivery|shipping] [for order {order}|if I order {until}|for the {goods}]?
      my {parcel} is [stuck|held|kept|sitting] [at|in] customs [since {weekday}|for {duration}], do I have to [pay|do something|send papers]?
    `),
    lines(`
      shipping to {country} costs {amount} and takes [about|] {few} days.
      delivery is free for orders over {amount}. Express costs {amount} more.
    `),
  ],
});
