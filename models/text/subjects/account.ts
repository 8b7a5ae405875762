import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const account = area('customer account', {
  'forgotten password': [
    lines(`
      [which|what] email did I [use|register with], I have {few} and [none works|can't tell], so I cannot [reset|renew] the password.
      [lost|forgotten] my [login|access|password], [the link is dead|the email went to an old address|how do I get back in].
      what [exactly|] [has to be|must be] in the password? [it never accepts mine|the rules are mad|letters, numbers, what else].
      I [forgot|have forgotten|can't remember|lost|don't know] my password, [how do I get a new one|please reset it|can you help|what now].
      the [reset|password] [email|link|mail] [never comes|does not work|has expired|is not in my inbox|was not sent].
      how [can|do] I [reset|change|recover|set] my [password|PIN|login|secret question]?
      my password is [not accepted|wrong all the time|refused|no longer valid], [I typed it three times|although I am sure it's right|please help].
      I [changed|reset] my password {when} and now [I can't get in|it is not accepted|nothing works].
    `),
    lines(`
      I have sent you a new link. It works for one hour. Please look in the spam folder too.
      click on "Forgot password" and type your email address. You will get a link to choose a new one.
    `),
  ],
  'locked account': [
    lines(`
      the login [page|form] [turns in circles|rejects my email|says I do not exist], [please check my account|how do I get access again].
      my [colleague|boss] left and nobody [knows|has] the login of our [company account|shop profile], [how can we take it over|please help].
      the [code|text message] goes to [a number I no longer have|my old phone], how do I [update it|get in]?
      my account [is locked|is blocked|has been suspended|was closed|is disabled], [please unlock it|why|what can I do].
      I [can't|cannot|am unable to|can no longer] [log in|sign in|get into my account|log on] [since {weekday}|on my {device}|with my email|any more].
      it says [user unknown|too many attempts|wrong login|access denied|account not found] when I try to [log in|sign in].
      the [verification|security|login|six digit] code [never arrives|goes to my old number|is not accepted|expired].
      I lost my phone [with the codes|with the authenticator|] and [can't log in|cannot sign in|am locked out].
    `),
    lines(`
      your account is open again. Please [choose a new password|log in with your email address].
      too many wrong tries lock the login for an hour. You can try again {until}.
    `),
  ],
  'change details': [
    lines(`
      our [company|{business}] has [moved to {street}|a new name|another contact person], [please update the master data|where do I enter it].
      I want a new [username|nickname|display name], [the old one is embarrassing|I chose it as a child|is that possible].
      [got married|divorced], [my surname is now {surname}|new name], please [update|change] my profile.
      please take [my daughter's|my|{relative}'s] birth date out of [the profile|your records].
      [my new|the new] [mobile number|email|address] is {street}, please [update my profile|change it in my account|store it].
      [please|] [stop sending text messages to|take off|forget] my phone number.
      how [can|do] I [change|update|edit|correct] my [email address|phone number|name|surname|username|birthday|home address|personal details]?
      my [email|phone number|surname|name|mobile] has changed, please [update|change] [it in my profile|my account|it in your system].
      I [got married|moved|changed jobs|have a new number], so my [name|address|email|profile] [must be changed|needs an update|is wrong].
      you [spelled|wrote] my name wrong, it is {surname}, not {surname}.
      I [signed up|registered] with a [typo|mistake|wrong letter] in my [email|name], [how can I fix it|please correct it].
      please [remove|delete|take out] my [old address|phone number|saved card|birth date|second email] from my [profile|account|user page].
    `),
    lines(`
      I have changed the [name|number|address] in your profile. You will see it after the next login.
      open "My profile", choose "Edit" and save. The change is seen at once.
    `),
  ],
  'close account': [
    lines(`
      I want to stop getting the newsletter, [unsubscribing does not work|please take me off].
      [what|which] [personal|] information do you [hold|keep] [on|about] [me|our company], [I ask for a copy|the law allows me to see it].
      the [unsubscribe|opt out] link [does not work|makes me log in|is missing], [no more newsletters please|get me off the list].
      [please|I want you to|I would like you to] [delete|close|remove] my [account|profile|customer account|login] [and all my data|for good|completely|].
      how [can|do] I [delete|close|deactivate] my [account|profile|user account]?
      which [data|personal data|details|information] [do you store|have you saved|do you keep] about me? [I want a copy|please send it|].
      I no longer [use|need|want] my [account|profile], [please delete it|how do I close it|remove all my details].
      [please|could you] [take me off|remove me from] [your mailing list|the newsletter|your list], I [don't read it|never signed up|get too many emails].
      can my old account be [opened again|reactivated|restored]? I closed it {when}.
    `),
    lines(`
      your account will be deleted {until}. You will get one last email.
      we have stored your name, address and orders. A copy is on its way to you.
    `),
  ],
  'new account': [
    lines(`
      what [benefits|advantages] does [an account|the members' club|registration] [have|bring], [is it free|do I get points]?
      my [birthday|welcome] [gift|points|voucher] [was not added|never appeared] [to|in] my [member account|profile].
      why [can't I|do you not let me] just buy as a guest, do I [really|] need an account?
      [never got|still waiting for] the activation email after registering, [not in the spam folder either|please send it again].
      how can my colleague get [his own|a second] [login|user] [in|for] our business account?
      I [can't|don't] [find|see] my [membership|customer|member] number [anywhere|in the profile|], [where is it|I need it {until}].
      [can|may] [{relative}|two people|my team] [share|use] [my login|one account|the same profile]?
      I [registered|signed up] {when}, but [the activation email never came|I got no confirmation|my account is not active].
      how do I [add|invite] [a second user|a colleague|{relative}] to [my|our] [account|login]?
      can I [merge|join|combine] my two [accounts|profiles|logins]?
      my [points|bonus points|member number|wish list|order history] [is gone|has vanished|is not shown|cannot be found] [in my profile|after the login|].
    `),
    lines(`
      welcome to {shop}! Your account is ready, and you can log in with your email address.
      you can also order as a guest. An account keeps your [address|orders|wish list].
    `),
  ],
  'strange login': [
    lines(`
      someone [else|] [has logged in to|is using|got into|hacked] my account, [I did not do this|it was not me|please block it].
      I got [an email|a message] about a [new login|sign-in|device] from {country}, [that wasn't me|I have never been there|is it safe].
      there are [orders|changes|messages] in my account that [I did not make|are not mine|I know nothing about].
      my email address was changed [without my knowledge|by a stranger|and I did not do it], [please secure my account|what should I do].
      I see [another person's|a stranger's|someone else's] [name|orders|address] when I log in.
    `),
    lines(`
      I have blocked the login for safety. Please choose a new password and check your email account too.
      all devices have been logged out. Nobody can get in without the new code.
    `),
  ],
});
