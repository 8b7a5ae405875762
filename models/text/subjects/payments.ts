import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const payments = area('paying', {
  'invoice copy': [
    lines(`
      could the [tax rate|cost centre|project number|delivery date] be [shown|printed|listed] on [the bill|every invoice|a new invoice]?
      my [insurance|employer|landlord] wants [proof of purchase|a stamped receipt|the original bill] for the {goods}.
      the [bill|invoice] is [in the name of my late husband|for another customer|dated wrong|empty], [send a right one|please reissue it].
      the [attached|] [receipt|invoice] [will not open|is empty|cannot be printed], could you [send it again|mail another one] to our [finance department|office]?
      [our books close|the tax return is due] {until}, [I need the invoice|please send all bills] [for order {order}|of this year|asap].
      billing address [is wrong|has changed], it should read {street}. [please issue a new invoice|can you correct the bill].
      I'd like [a receipt|an invoice] [in English|on paper|for my insurance|for the guarantee], [not just the order email|how do I get it].
      please [bill|invoice] [us|the company|our {business}] [every month|once a month|at {street}] [instead of for every order|from now on|].
      [can|could] the [receipt|invoice] be [made out to|addressed to|in the name of] {name} {surname}?
      [please|could you|can you] [send|email|post|give] me [the invoice|a copy of the invoice|a receipt|a bill] for [order {order}|my {goods}|{month}|last month|my last purchase].
      where [can|do] I [find|download|print|see] [my invoice|the receipt|my bills|the invoice for order {order}]?
      [I never got|I did not receive|there was no] [an invoice|a receipt|bill] [for|with] [the {goods}|order {order}|my payment of {amount}].
      the [invoice|bill|receipt] [shows|has] the wrong [address|name|company|date|amount|tax number], [please correct it|I need a new one|can you change it].
      our [accountant|accounts department|tax office|finance team] needs [an invoice|a receipt|a bill] with [the VAT number|our company name|the tax shown|the date of payment].
    `),
    lines(`
      the invoice is attached. You can also find it under "My orders".
      I have corrected the [name|address|amount] and sent the new invoice to {name}.
    `),
  ],
  'wrong amount': [
    lines(`
      [delivery|gift wrap|a deposit] was [billed|charged] although [it should be free|I did not choose it|the basket showed zero].
      the [staff|student|loyalty|bulk] discount of {percent} % is [missing|not on the bill|wrongly calculated], please [recalculate|deduct it].
      I [compared|checked] the [bill|card statement] and [found|see] {amount} [more than agreed|that nobody can explain|too much].
      [two|{few}] {household}s at {amount} each should be {amount}, I was billed {amount}.
      my statement [shows|has] a payment of {amount} to [you|your company|{shop}] but I only [bought|spent] {amount}, what is the extra for?
      we are a [charity|school|company abroad] and should be [exempt from|free of] [VAT|tax], why was it added?
      [we were quoted|the offer said|you told me] {amount}, [the invoice says|the bill is|now you ask for] {amount}. [please adjust it|which is right|that is not what we agreed].
      [at checkout|in the basket|on the payment page] the [sum|total] [jumped to {amount}|is higher than before|makes no sense].
      my gift card had {amount} on it, I spent {amount}, [and now it is empty|where is the rest|the balance is wrong].
      I was [charged|billed] {amount}, but the [price|total|order] was {amount}, [why|please check|please correct it|that's too much].
      the [total|sum|amount] on [my invoice|the bill|the receipt] is [wrong|too high|not right]: it [should be|must be] {amount}.
      you [took|charged|debited] [too much|more than it costs|{amount} too much] [for|on] [order {order}|the {goods}|my card].
      what is the [fee|charge|extra cost|surcharge] of {amount} on my [bill|invoice|receipt|statement]? [nobody told me|I don't understand it|I never agreed to it].
      [my|the] [discount|voucher|coupon|gift card|promo code] [was not applied|did not work|was not taken off|does not show on the bill], I paid the full [price|amount].
      is [VAT|tax|sales tax] [included in|added to|part of] the price [of the {goods}|on the website|]?
      the price [on the website|I saw|in the shop] was {amount}, [but|and] I had to pay {amount}.
    `),
    lines(`
      you are right, the amount was wrong. We will pay back {amount} {until}.
      the extra {amount} is the [shipping|handling|tax]. It is shown on the second page of the invoice.
    `),
  ],
  'charged twice': [
    lines(`
      {few} payments for one [purchase|order|{thing}]! [please reverse them|my bank marked them as duplicates|give back what is too much].
      [both|two] payments of {amount} [left|went off] my account [on {weekday}|{when}], [one was enough|I bought it only once].
      I [was|have been] [charged|billed|debited] [twice|two times|double|more than once] for [order {order}|the same order|the {goods}|one purchase|the same thing].
      there are [two|{few}] [payments|charges|debits|transactions] of {amount} on my [card|account|statement], I only [bought|ordered|paid for] one [thing|{thing}|].
      [you|the shop|the website] took [the money|{amount}|my payment] [twice|two times], please [give one back|refund one|cancel one of them].
      the same [payment|charge|transaction|amount] [appears|shows up|is listed|went through] [twice|two times|again] [in my app|on my statement|on my card].
      [a duplicate|a second|a double] [charge|payment] of {amount} has [appeared|come off my card|gone out] {when}.
      [why do I see|I can see|there is] [a repeated|the same|a double] [charge|payment|transaction] [twice|on my statement|on my account]? [one must be a mistake|please remove one].
    `),
    lines(`
      one of the two payments is only [reserved|pending] and will [disappear|be released] in {few} days.
      sorry, the second payment was a mistake. We have [sent|paid] {amount} back to your card.
    `),
  ],
  'refund wanted': [
    lines(`
      [how|to which account] will you [pay|send] the money back, my [card has expired|bank has changed|PayPal is closed]?
      [still waiting|it's been ages] for {amount} from the [cancelled|returned|lost] [order|{thing}], [please hurry|when do you pay].
      the [money|refund] for [what I sent back|the cancelled {thing}] [hasn't shown up|is not on my card] [yet|], [it's been {duration}|when will it].
      the [credit|money|refund] for the [return|cancelled order|{goods}] [has yet to appear|never came|is overdue] on my [credit card|bank account|PayPal].
      when [will|do] I [get|receive|see] my [money|refund] [back|] for [order {order}|the {goods}|the return]?
      I [was promised|am still waiting for|have not received] [a refund|my refund|my money back] [of {amount}|for the {goods}|since {weekday}].
      you [said|wrote|confirmed] {when} that {amount} would be paid back, [but|and] [it has not arrived|nothing is on my account|I don't see it].
      how long [does|will] a refund [take|need] to [reach|get to|show on] my [bank|card|account]?
      [please|can you|I want you to] [refund|pay back|return] [the money|my money|{amount}|the price] [for order {order}|to my card|].
      the refund [is too small|is {amount} short|went to an old card|is not complete], [please check|where is the rest].
    `),
    lines(`
      the refund of {amount} was sent {when}. Banks need {few} working days.
      I have started the refund. You will [see|get] the money on the same card.
    `),
  ],
  'payment failed': [
    lines(`
      [Apple Pay|PayPal|the bank app|my prepaid card] [hangs|is refused|gives an error] when I try to [pay|confirm the payment|settle the bill].
      why do you [send a debt collector|threaten with fees|block my orders], the [invoice|bill] was [paid in cash|paid {when}|never due].
      your payment page asks for a [code|password from my bank] and then says [failed|declined], the money is [reserved|blocked] though.
      [payment keeps getting declined|my card is rejected again and again], my bank [sees no attempt|says it is your side].
      you [billed|charged] my [old|expired] [card|visa], please use the [new|other] one for [the outstanding amount|the rest].
      [at checkout|on the payment page|when I pay] it says [transaction failed|card declined|payment error|not authorised] [again and again|although my card is fine|].
      a [pending|reserved] [charge|amount] [is still on my card|has not been released|blocks my money] for an order that [never went through|was not placed|I did not finish].
      has my [cheque|bank transfer|payment|deposit] [arrived|reached you|been booked|been cashed]? [the order says awaiting payment|I sent it {when}|invoice {order}].
      my [card|payment|credit card|debit card] [was declined|was refused|is not accepted|does not go through|keeps failing], although [there is enough money|my bank sees no problem|it works elsewhere].
      I [tried|try] to pay [by card|with PayPal|by bank transfer|with a gift card], but [it fails|I get an error|nothing happens|the payment is refused].
      the money [was reserved|left my account|was taken], but the order [says unpaid|was not placed|shows no payment].
      I have paid [the bill|the invoice|by transfer|order {order}] {when}, [why do I get a reminder|but you say it is unpaid|has it arrived].
      I [got|received] a [reminder|late fee|second notice] for [an invoice|a bill] that I [have paid|settled|paid {when}|never got].
    `),
    lines(`
      please try again with [another card|a bank transfer|PayPal]. Your basket is kept until {weekday}.
      your payment of {amount} has arrived now. Thank you.
    `),
  ],
  'ways to pay': [
    lines(`
      may I [pay on collection|pay cash to the driver|use meal vouchers|pay half now and half later|set up a standing order]?
      [is|are] [bitcoin|foreign cards|cheques|gift vouchers|bank loans] [accepted|possible|welcome] [in your shop|online|]?
      I would rather not [give|type] my card number online, [what else can I use|is there another way to pay].
      [which|what] [ways to pay|payment methods|cards] do you [accept|take|offer]?
      can I pay [by invoice|in instalments|in {few} parts|by cheque|in cash|with {currency}|with two cards|later|by direct debit|with points|on account]?
      how [long|many days] do I have to pay [the bill|the invoice|order {order}]?
      how [do|can] I [use|enter|redeem|spend] [my gift card|a voucher|my store credit|a coupon|the code from the newsletter]?
      please [use|charge] my [new|other] card for [the open amount|order {order}|the next payments|the rest].
      is there a [fee|surcharge|cost] for paying [by credit card|in instalments|by phone|from {country}]?
    `),
    lines(`
      we take [all major cards|cards, PayPal and bank transfers|cash in our shops]. [There is no fee.|You have {number} days to pay.]
      yes, you can pay in {few} parts of {amount} each.
    `),
  ],
});
