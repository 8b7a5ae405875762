import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const bankCharges = area('bank charges', {
  'fee for paying by card': [
    lines(`
      [was|have] I [been|] [charged|billed] [a fee|extra|an additional fee] for [making|doing|a simple|completing] [a card payment|a purchase|an online payment|card purchases]?
      [recently|{when}] I [bought|purchased] [something|a {goods}|a few things] [online|abroad|at {merchant}] and [an extra fee was added|you added a fee|a fee appeared] for [the card|using the card].
      [does|do] [every|all] [card payment|purchases|card payments] [cost|have] [a fee|something|extra] [now|]?
      I [am disappointed|don't like it] that [you charge|there are fees|I have to pay] for [using the card|card payments], [nobody made this clear|it should be stated clearly].
      [why|how come] [was there|is there|do I have to pay|did you take] [a fee|an extra fee|a charge|{amount} extra] [when I paid|for paying|because I paid] [with my card|by card|at {merchant}]?
      I [paid|used my card] at {merchant} [and|then] [was charged|noticed|had to pay] a fee [on top|of {amount}|for the payment|].
      [there is|I see|I found|I noticed] [a fee|an extra charge|a charge] [of {amount}|] [on|for|next to] [a|my|the] card [payment|purchase] [at {merchant}|{when}|], [what is it|why|I did not know about it].
      [my card payment|the payment with my card|a purchase] [came with|had|got] [a fee|an extra cost|a charge] [I was not told about|that I don't understand|, please explain].
      I [thought|was told|read] that [card payments|paying with the card|purchases] [were|would be] [free|without a fee], [so why this charge|but you charged me {amount}].
    `),
    lines(`
      card payments in your own currency are free. In another currency there is a fee of {few} percent.
      some shops add a fee of their own. Please ask {merchant} about it.
    `),
  ],
  'fee for taking out cash': [
    lines(`
      [I think|it seems] I [was|got] charged for [making a cash withdrawal|a withdrawal|cash I took out|using the ATM], [should this be free|is that right|I thought it was free].
      [is|are] there [a fee|fees|any charges] for [withdrawing|getting|taking out] [money|cash|{currency}] [at any ATM|at other banks|overseas|with this card|]?
      [you|your bank] [charge|charged] me [every time|each time|when] I [withdraw|get|take out] [cash|money]. [why|since when]?
      what [are|is] the [cost|costs|charges|fee] [of|for] [getting cash|an ATM withdrawal|cash withdrawals] [while I travel|in {currency}|]?
      [why|how come] [was I charged|did I pay|is there a fee|did you take {amount}] [for|when I made] [a cash withdrawal|taking out money|withdrawing cash|using the cash machine|getting money from an ATM]?
      I [took out|withdrew|got] {amount} [in cash|from a cash machine|at an ATM] and [was charged a fee|had to pay {amount} extra|there was a charge on it].
      [how much|what] [is the fee|do you charge|does it cost] [for|to] [withdraw money|withdrawing cash|cash withdrawals|use an ATM|take out cash] [in {country}|abroad|]?
      [are|is] [cash withdrawals|taking out cash|using an ATM|getting cash] [free|without charge|free of charge] [abroad|in {city}|with this card|]?
      [the|my] [withdrawal|cash withdrawal] [of {amount}|in {city}|{when}] [has|had|shows] [a fee|an extra charge|a cost], [I was never told|it used to be free|why is that].
      [there's|I see] a [fee|charge] [because|after] I [used|went to] [a cash machine|an ATM|another bank's ATM] {when}.
    `),
    lines(`
      you can take out cash {few} times a month for free. After that it costs {amount}.
      the owner of the cash machine may take a fee too. It is shown on the screen before you agree.
    `),
  ],
  'fee for a transfer': [
    lines(`
      [was|were|am] I [being|] charged [a fee|fees|extra] [when|because|after] I [made|did|requested] a [transfer|bank transfer|wire transfer]?
      [a|one] transfer [I made|I requested|to {relative}] [came with|had|cost me] [a fee|{amount}|an extra charge], [can it be waived|I would like it back|that seems wrong].
      [why do|how come] [international|foreign|simple|these] transfers [cost|have] [so much|a fee|such high fees]?
      I [did not|didn't] [know|expect|realise] [transfers|a transfer|sending funds] [cost|would cost] [money|a fee|anything].
      [why|how come] [was I charged|is there a fee|did I pay {amount}|did you take a fee] [for|when I made|on] [a transfer|sending money|transferring money|my bank transfer|a payment to another account]?
      I [sent|transferred|moved] {amount} to [{relative}|an account in {country}|another bank|my landlord] and [was charged a fee|you took {amount} for it|had to pay extra].
      [how much|what] [does|is the fee|do you charge] [it cost|] to [send|transfer|move] money [to {country}|abroad|to another bank|to {relative}]?
      [are|is] [transfers|sending money|transferring money] [to {country}|abroad|to other banks|in {currency}|] [free|without a fee|free of charge]?
      [there is|I see|I noticed] [an extra fee|a transfer fee|a charge] [of {amount}|] [on|for] [my|the last] transfer [to {relative}|{when}|], [nobody told me|why is it there|please explain].
      the fees [for|on] [my transfers|sending money|foreign transfers] are [too high|much higher than before|a surprise].
    `),
    lines(`
      transfers inside the country are free. To {country} they cost {amount}.
      the fee depends on the country and the currency. It is shown before you confirm the transfer.
    `),
  ],
  'bad exchange rate': [
    lines(`
      the exchange rate [for|of|on] [my card payment|my purchase|the payment|my cash withdrawal] [in {country}|in {currency}|abroad|] [was|is] [wrong|bad|too low|not the official one|terrible].
      I [paid|bought something|took out money] in {currency} and the [rate|exchange rate|conversion] was [wrong|very bad|not what I expected].
      [which|what] exchange rate do you use [for {currency}|abroad|when I pay in {currency}|for cash withdrawals]?
      [you|the bank] [used|applied|took] the wrong exchange rate [for|when I paid at] [{merchant}|my holiday in {country}|my purchase].
      when I [exchange|change|convert] {currency} into {currency}, [what rate do I get|is there a fee|how is it worked out]?
    `),
    lines(`
      we use the rate of the card network on the day of the payment.
      the rate changes every day. You can see it in the app before you pay.
    `),
  ],
  'unknown extra charge': [
    lines(`
      there is [a small|an extra|a strange] [charge|fee|debit] of [{amount}|one pound|a dollar] on my [statement|account], [what is it for|where does it come from|I don't know it].
      [what|why] is [this|the] [extra|additional|unexpected] [fee|charge] [of {amount}|] [on my statement|in the app|at the end of the month] for?
      my statement [shows|has|lists] [a charge|a pound extra|an odd fee] [that I can't explain|I never agreed to|without a name].
    `),
    lines(`
      that is the monthly fee for your card.
      a charge of one pound is a test by {merchant}. It goes away in a few days.
    `),
  ],
});
