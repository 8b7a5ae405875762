import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const bankCards = area('bank cards', {
  'direct debit not recognised': [
    lines(`
      [someone|a company] [set up|made|created] a direct debit [on|from] my account [without|and not with] my [permission|knowledge|consent].
      [I would like to|I want to|can I|how do I] [dispute|report|reverse] a direct debit [payment|] [that I didn't authorise|I did not make|I don't recognise|from an unknown company].
      a [strange|weird|unknown|mysterious] direct debit [payment|] [showed up|appeared|was taken|went out] [{when}|in the app|on my statement|].
      [why|how] was [money|{amount}] [debited|taken] [directly|by direct debit] [from my account|]? I [didn't authorise|never agreed to|don't know] it.
      [there is|I see|I found] a direct debit [of {amount}|] [on|in] my [account|statement|app] [that I did not set up|I don't recognise|I know nothing about|I never allowed].
      I [did not|never] [set up|agree to|allow|authorise|sign] [this|the|a] direct debit [of {amount}|to {merchant}|from {when}|].
      [what is|where does|who made] [this|the] direct debit [of {amount}|{when}|] [come from|for|]? [it's not mine|I did not order it|I don't know the company].
      [a company|someone|somebody|a firm] [I don't know|unknown to me] [takes|has taken|took] {amount} by direct debit [from my account|every month|{when}].
      [please|how can I] [stop|cancel|return|get back] a direct debit [that I don't recognise|that is not mine|I never made]?
      I don't [know|recognise|remember] [a|one|the last] direct debit [in my account|payment|on the statement].
    `),
    lines(`
      we can send the direct debit back. You have eight weeks for that.
      the debit comes from {merchant}. If you do not know it, we will cancel it.
    `),
  ],
  'card payment not recognised': [
    lines(`
      there is a [card payment|payment|purchase] [of {amount}|at {merchant}|{when}] [on my account|in the app] [that I did not make|I don't recognise|that is not mine].
      I [did not|never] [buy|pay for] [anything|something] at {merchant}, [but|and] my card was [charged|used] [for {amount}|].
      [somebody|someone] [used|paid with|has copied] my card [at {merchant}|in {city}|online], [please block it|I still have it here].
    `),
    lines(`
      please block the card in the app. We will send you a new one and look at the payment.
      the name on the statement may differ from the shop's name. Could it be {merchant}?
    `),
  ],
  'payment shown two times': [
    lines(`
      [there are|I see|I can see|my statement shows] [multiple|duplicate|two identical|several] [charges|transactions|payments|entries] for [the same|one|a single] [purchase|thing|item|transaction].
      [it looks like|I think|it seems] I [paid|was charged] [twice|two times|double|multiple times] [for something I bought|at {merchant}|by mistake|].
      [could|can] you [remove|refund|cancel|take off] the [duplicate|second|extra|repeated] [charge|payment|transaction]?
      [why|how come] [was|is] the same [payment|charge] [taken|showing|listed|processed] [more than once|twice|again]?
      [one|the same|a|my] [payment|transaction|purchase] [at {merchant}|of {amount}|] [appears|shows|is listed|was booked] [twice|two times|more than once|{few} times] [in my account|in the app|on my statement|].
      I [was|have been] [charged|debited] [twice|two times|double|{few} times] [by|at|for] [{merchant}|the same transaction|one payment|the same purchase].
      I [paid|bought|used my card] once [at {merchant}|] [but|and yet] [the money was taken twice|there are two charges|I see two payments|it's been charged double].
      [why|how come] [is there|do I see|has] [a duplicate|a second|an identical] [charge|transaction|payment] [on my account|for {amount}|]?
      {merchant} [charged|debited|billed] [me|my card|my account] twice [for one payment|{when}|, can I get one back].
    `),
    lines(`
      one of the two is only reserved and will go away in {few} days.
      we will send the second payment back to your account.
    `),
  ],
  'card payment refused': [
    lines(`
      my card was [declined|refused|rejected|not accepted] at {merchant} [{when}|], [although I have enough money|why|it was embarrassing].
      [my card|the card] [does not work|stopped working|is not accepted] [in shops|online|at {merchant}|abroad|in {country}].
      [the chip|the contactless function|contactless payment] of my card [does not work|is broken|stopped].
    `),
    lines(`
      please unblock the card in the app and try again with the PIN.
      payments in {country} were switched off. You can switch them on under "Card".
    `),
  ],
  'new card': [
    lines(`
      [when will|where is] my new card [arrive|come|]? I [ordered|asked for] it {duration} ago.
      my [card|bank card] [was stolen|is lost|is broken|was swallowed by the machine|expires in {month}], [please send a new one|please block it|what do I do].
      [how do I|where can I] [activate|order|block|unblock|replace] my [card|new card|virtual card]?
      can I [get|order|have] [a second card|a card for {relative}|a {colour} card|a credit card] [too|for my account|]?
      I [forgot|don't know|want to change] my PIN, [where can I see it|how do I get a new one|can you send it].
      my card has been [found|returned], [can I use it again|how do I unblock it].
    `),
    lines(`
      a new card takes {few} to {number} days. You can use the virtual card until then.
      the old card is blocked. Nobody can use it any more.
    `),
  ],
  'top up': [
    lines(`
      my top-up [of {amount}|by card|by bank transfer|] [failed|did not work|is pending|is not in my balance|was cancelled|was sent back].
      how [can|do] I top up [my account|my balance|my card] [with cash|by card|by cheque|automatically|from {country}|]?
      [is there|what is] [a limit|a fee|the limit] for [a top-up|topping up|top-ups by card]?
    `),
    lines(`
      you can top up by card or by bank transfer. Open the app and choose "Add money".
    `),
  ],
  'bank account questions': [
    lines(`
      [how|where] [can|do] I [open|close] an account [for {relative}|for my {business}|with you|in {currency}]?
      [which|what] [papers|documents] do [I|you] need to [check|prove|verify] [my identity|my address|who I am]?
      [why|how long] [does|do] [you need to check my identity|the identity check take|the check of my documents fail]?
      what is the [interest|limit|overdraft|monthly fee] on [my savings account|the account|the credit card]?
      [can I|how can I] hold [money|a balance] in [{currency}|other currencies|{few} currencies]?
      which [countries|cash machines|shops|currencies] [does the card work in|can I use|do you support]?
    `),
    lines(`
      you need a passport or an identity card and a photo of yourself.
      the account costs {amount} a month. Students pay nothing.
    `),
  ],
  'payment pending or reversed': [
    lines(`
      a card payment [is still pending|has been pending for {duration}|does not go through], [when will it be done|can you stop it].
      the refund from {merchant} [is not in my account|does not show up|is missing|takes very long].
      a payment [to {merchant}|of {amount}] was [sent back|reversed|returned|cancelled], [why|I want to pay it|what happened].
      I [want|would like|need] [a refund|my money back] for [something I bought at {merchant}|a purchase of {amount}|a {thing} that never came].
    `),
    lines(`
      the payment is reserved until {merchant} collects it. That takes {few} days.
      ask {merchant} for the refund first. If they refuse, we can help you.
    `),
  ],
});
