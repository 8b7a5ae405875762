import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const bankMoney = area('bank money', {
  'bank transfer not in my account': [
    lines(`
      [I'm|I am] [not seeing|still waiting for|missing] [the|a] [transfer|funds|money] [I made|from my other account|I requested {when}] [in my balance|in the app|].
      [how long|how many days] [does it take|should it take|do I wait] for [a bank transfer|the funds|transferred money|a UK transfer] to [appear|show|be added|arrive in my account]?
      [why|how come] [is|isn't] [the transferred money|my incoming transfer|my balance] [not|] [showing|there|updated|available] [yet|after {duration}|]?
      I [completed|did|made] [a transfer|an online transfer] [into|to] my account [and|but] [the balance|nothing] [did not change|has changed|is the same as before].
      I [transferred|sent|moved] [money|{amount}] [from my other bank|to my account|to myself|from my savings] {when}, but my balance [has not changed|is the same|does not show it|has not gone up].
      [a|my] [bank transfer|transfer] [to my account|from {country}|from {relative}|] [has not arrived|is not there|is missing|does not show in my balance|is still not in my account].
      [when|how long until] [will|does] the [money|transfer] from [my bank|a bank transfer|{country}] [be in my account|reach my account|show up|be available]?
      [where is|I am waiting for] the [money|transfer] [I sent to my account|that I moved {when}|from my bank]? my balance [is not updated|is still zero].
      my [salary|wage|pension|rent] was [transferred|paid] {when} and [is not in my account|I don't see it|my account does not show it].
    `),
    lines(`
      transfers from other banks take up to {few} working days.
      please send us a picture of the transfer, and we will look for it.
    `),
  ],
  'cash or cheque not in my account': [
    lines(`
      [my balance|the app|my account] [was not updated|is not showing the right amount|did not change|still shows the old sum] after I [deposited|paid in|put in] [a cheque|a check|cash].
      [why|how come] [is|isn't] the [cash|cheque|check|deposit] [I paid in|I deposited {when}] [not|] [in my account|showing|available|reflected in my balance]?
      I [made|did] a [cash|cheque] deposit [{when}|at the branch|] and [the funds|the money|nothing] [is missing|are not there|has appeared|hasn't posted].
      [has|did] my [cheque|check|cash deposit] [been processed|clear|go through|get lost]? I [still can't see it|do not see it|need the funds].
      I [paid in|deposited|put in] [cash|a cheque|{amount} in cash|some money|a cheque for {amount}] {when}, but [it is not in my account|my balance has not changed|I can't see it].
      my [cash|cheque] [deposit|] [does not show|is not there|has not been credited|is missing|has not cleared] [in my account|in the app|] [since {weekday}|].
      how long does [a cheque|cash|a cash deposit] [take|need] to [clear|show|reach my account|be added to my balance]?
      [where is|what happened to] the [cheque|cash|money] I [paid in|deposited] [at the branch|at the machine|{when}]?
      the [cash|cheque] I [deposited|paid in] [at the counter|at your machine|by post] {when} [never appeared|is still pending|was not added to my balance].
    `),
    lines(`
      cheques need {few} working days until the money is there.
      cash that you pay in at a machine shows within a day.
    `),
  ],
  'transfer not received by other person': [
    lines(`
      [the recipient|the person|the receiver|my friend] [says|tells me] [the transfer|the money|nothing] [has not come|hasn't arrived|was received|is not there], [but|although] [it left my account|I sent it {when}|it says completed].
      I [made|did|completed] a [transfer|payment] to [{relative}|a family member|a friend|my landlord] and [they|she|he] [still|] [has not received it|can't see it|did not get anything].
      [can|could] you [check|see|find out] [why|where|if] [my transfer|the money I sent|the payment to {relative}] [did not arrive|is|has been delivered|got lost]?
      [how come|why has] the [beneficiary|recipient|account I sent money to] [not|never] [received|got] the [funds|transfer]?
      I [sent|transferred] [money|{amount}] to {relative} {when}, but [it has not arrived|nothing came|it never got there|the money is not there].
      {relative} [has not received|did not get|is still waiting for|can't see] the [money|transfer|{amount}] I [sent|transferred] {when}.
      [my|the] transfer to [{relative}|a friend|a company|an account in {country}] [has not arrived|did not go through|is missing|shows as sent but was not received].
      why [has|hasn't] the [receiver|other person|seller|{job}] [not|] [got|received|seen] [my transfer|the money I sent|my payment] [yet|]?
      how long [does|will] a transfer [take|need] to [reach|get to|arrive at] [another bank|{relative}|an account in {country}]?
      the account number is [right|correct], [I checked it twice|but the transfer is lost|so where is the money I sent to {relative}].
    `),
    lines(`
      the transfer left us {when}. The other bank may need {few} more days.
      please check the account number. If it is wrong, the money comes back to you.
    `),
  ],
  'transfer failed': [
    lines(`
      my transfer [was declined|was refused|failed|did not go through|was sent back|is pending], [why|what is wrong|I tried {few} times].
      I [can't|cannot] [transfer|send] money to [{relative}|{country}|my savings account|a new payee].
      [please|can you] cancel [the transfer|my transfer] to {relative}, I [typed the wrong number|sent too much|made a mistake].
      [how do I|can I] [cancel|stop|take back|change] a transfer [I made {when}|to the wrong account|]?
    `),
    lines(`
      the transfer was above your daily limit. You can change the limit in the app.
      I have stopped the transfer. The money is back in your account.
    `),
  ],
  'wrong cash from the machine': [
    lines(`
      the [ATM|cash machine] [dispensed|gave out|returned] [less|fewer notes|a smaller sum|the incorrect amount] [than|of cash than] [I requested|I asked for|it should].
      I [requested|tried to withdraw|was supposed to get] {amount}, [only {amount} was dispensed|the machine only gave me {amount}|and received {amount}].
      [the amount|the cash|the sum] [in the app|I received|I got] [is different from|does not match|is not the same as] what [I withdrew|the ATM gave me|my statement says].
      [I think|it seems] the [machine|ATM] [made a mistake|is faulty|cheated me], I [got|am] {amount} [too little|short|less].
      the [cash machine|ATM|machine] [gave|paid out|only gave] me [less|{amount} less|too little|the wrong amount|only {amount}] [than I asked for|instead of {amount}|of money].
      I [asked for|wanted|withdrew|took out] {amount} [from the ATM|at the cash machine|], but [only {amount} came out|I got only {amount}|received less].
      I [got|received] the wrong [amount of cash|sum|money] [from the machine|from an ATM|when I took out money] {when}.
      my account shows {amount}, but the [machine|ATM] gave me [only|just] {amount} [in cash|].
      the [ATM|machine] [kept|did not give me] [part of the money|some notes|the last {amount}], but my [balance|account] [went down|was charged] by [the whole sum|{amount}].
      [the app says|it says] I withdrew {amount}, [but|and] [I did not get that much|I only have {amount} in my hand|that is more than I took].
    `),
    lines(`
      please tell us the place and time of the cash machine. We will ask its owner for the missing {amount}.
      we have started a claim. It takes {number} days.
    `),
  ],
  'cash withdrawal refused': [
    lines(`
      [I was|I have been] [trying|attempting] to [withdraw|get|take out] [cash|money] [all day|at the ATM|{when}], but [it keeps getting declined|my card gets rejected|it won't work|nothing comes out].
      [what|is there] [is the reason|caused|something wrong that] my [withdrawal|cash withdrawal|ATM withdrawal] [was|is] [declined|not allowed|rejected]?
      [is something wrong with|what is wrong with|did you block] my [card|account]? [the ATM|the cash machine|every machine] [rejects it|declined it|refuses to give cash].
      my [request|attempt] to [withdraw|get] {amount} [in cash|from the ATM] [failed|was turned down|was denied].
      the [cash machine|ATM] [refused|declined|did not accept|rejected|would not take] my card [when I tried to take out money|{when}|in {city}|], [why|what's wrong].
      I [could not|can't|was unable to] [take out|withdraw|get] [cash|money|{amount}] [from the ATM|at a cash machine|with my card] {when}.
      my [cash withdrawal|withdrawal|attempt to get cash] [was declined|was refused|failed|did not work], [although I have money|please check my card|what can I do].
      [why|how come] [will|does] [no|the] [ATM|cash machine] [give|let] me [money|take out cash|get my cash|withdraw]?
      no [machine|ATM] [in {city}|here|] [gives me cash|takes my card|lets me withdraw], I [tried|went to] {few} of them.
    `),
    lines(`
      your daily limit for cash was reached. You can try again {until}.
      please check the PIN. After three wrong tries the card is blocked for cash.
    `),
  ],
  'unknown cash withdrawal': [
    lines(`
      there is a [cash withdrawal|withdrawal] [of {amount}|in {city}|{when}|] on my account that [I did not make|was not me|I know nothing about].
      [someone|somebody] [took|withdrew] {amount} [in cash|from my account|with my card] at [a machine|an ATM] in {city}, [it wasn't me|I have my card here].
    `),
    lines(`
      please block the card in the app at once. We will look at the withdrawal.
    `),
  ],
});
