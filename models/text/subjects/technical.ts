import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const technical = area('technical help', {
  'website problem': [
    lines(`
      [clicking|pressing|tapping] [the checkout button|save|search|next] [does nothing|sends me to a blank page|logs me out], [tried Chrome and Firefox|looks like a bug|on every device].
      your [site|page] [opens|loads] [very slowly|only half|without pictures|in the wrong language], [is there a problem|is it my computer|please fix it].
      [every|each] link in [your newsletter|the email|the catalogue] [is dead|leads to an error|goes nowhere].
      your [website|page|site|online shop] [is down|does not load|is very slow|crashes|shows an error|freezes|is broken], [I tried two browsers|since {when}|on my {device} too].
      [the button|the menu|the search|the form|the basket|the filter|the login page] [does not work|does nothing|disappears|hangs|is greyed out|jumps around] [in Firefox|in Chrome|in Safari|on my phone|on my {device}|].
      I [get|keep getting|always get|see] [an error|error {code}|the message "try again later"|a blank page|a white screen|a 404 page|a timeout] when I [click on the basket|open the page|search for a {thing}|upload a photo|save the form].
      [the pictures|the photos|the videos|the links|the reviews|the maps] [do not load|are missing|are broken|stay grey|don't open] on my [{device}|computer|phone].
      the [cookie banner|chat window|pop-up|advert] [covers the page|cannot be closed|keeps coming back|blocks the button].
      the [PDF|file|download|video|catalogue] [does not open|is corrupted|stops half way|cannot be read].
    `),
    lines(`
      please clear the [cache|cookies] and load the page again. Our engineers are looking at the error.
      the problem is known and will be repaired {until}. Thank you for telling us.
    `),
  ],
  'app problem': [
    lines(`
      [is there|do you know] a [known|] [bug|problem] with the [Android|iPhone|new] version of the app? it [drains my battery|freezes|keeps closing].
      the app [crashes|closes|freezes|hangs|does not start|does not open|shows a white screen|is very slow] [after the update|when I open it|all the time|on my tablet|].
      since the [last|latest|new] update the app [will not open|keeps crashing|asks for an update|drains my battery|loses my settings|logs me out].
      [notifications|messages|alerts] [do not arrive|come too late|come twice|cannot be switched off] [in the app|on my phone|].
      the app says [no connection|no internet|server not found|version too old], [but I am online|my wifi works|what now].
      I can't [install|download|update|open] the app on my [old phone|new phone|tablet|{device}].
      the [camera|scanner|map|list|calendar|sound] in the app [does not work|stays black|won't sync|freezes my phone].
    `),
    lines(`
      please [remove|delete] the app and install it again. Your data is kept.
      the new version {digit}.{digit} repairs this. You can find it in the store.
    `),
  ],
  'device connection': [
    lines(`
      my {device} [does not connect|will not connect|can't connect|refuses to connect|keeps losing the connection] to [the wifi|Bluetooth|my phone|the network|the internet|the router].
      I can't [pair|connect|sync|link] the {device} with my [phone|{device}|television|computer].
      the [light|lamp|LED] on [the|my] {device} [blinks|flashes|stays] [red|orange|green|blue] [all the time|three times|], what does [it|that] mean?
      [the wifi|Bluetooth|the connection|the signal] of my {device} [drops|breaks|is lost|is weak|lags] [every few minutes|all the time|in the {room}|].
      which [settings|cable|password|port|channel] [do I need|should I use] to [connect|set up] the {device}?
    `),
    lines(`
      switch the {device} off, wait a minute, and switch it on again. Then hold the button for {number} seconds.
      move the {device} nearer to the router and try again.
    `),
  ],
  'device broken function': [
    lines(`
      any [troubleshooting tips|ideas|advice]? the {device} [shuts down|restarts|overheats|beeps|gets stuck] [after ten minutes|at random|whenever I use it].
      [sound works but|everything works except|the light is on but] [the picture does not|the heating|nothing happens|the display] on my {device}.
      my {device} [does not turn on|won't start|does not charge|switches itself off|gets very hot|makes a strange noise|does not respond|stopped working], [what can I try|any tips|how can I fix it].
      the {device} [shows|displays|says] [{code}|error {code}|code {code}] and [stops|does nothing|beeps], what does [it|this] mean?
      the [screen|display|picture] of my {device} [flickers|is black|stays blue|is frozen|has lines|is upside down].
      there is [no sound|no picture|only noise|no heat|no steam|no signal] from [the|my] {device}, [what could be wrong|I have tried another cable|even after a restart].
      the [battery|power] of my {device} [is empty after an hour|does not last|does not charge|drains overnight].
      how do I [reset|restart|update|clean|calibrate|repair|unblock] [the|my] {device}?
    `),
    lines(`
      please [hold the power button for {number} seconds|take out the battery|unplug it for a minute] and start it again.
      the code {code} means that the {part} is [blocked|too hot|open|not in place].
    `),
  ],
  'set up help': [
    lines(`
      how do I [set up|install|start|use|program|mount] the {device}? the [manual|guide|booklet] [is missing|is unclear|stops at step {digit}|is only in Japanese].
      where can I [download|find|get] the [driver|software|manual|firmware|update] for [the|my] {device}?
      can you [help|guide|walk] me [set up|through] [the set-up of|the installation of|] the {device}?
      the [set-up|installation|wizard|update] [hangs|stops|fails] at [step {digit}|{percent} percent|the last page].
      the [settings|clock|language|program] of the {device} [was lost|is wrong|changes by itself|cannot be saved] after [a power cut|the update|a restart].
    `),
    lines(`
      you can download the [manual|driver|software] on our help page. Choose your {device} from the list.
      first plug it in, then open the app and follow the {few} steps.
    `),
  ],
});
