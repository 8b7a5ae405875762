import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const technical = area('technical help', {
  'website problem': [
    lines(`
      the [zoom|filter|price slider|sort menu|language switch] on your [shop page|website] [jumps back|has no effect|hangs|shows nonsense], [please have a look|it worked {when}].
      my [browser|laptop|virus scanner] warns that your [certificate|website] is [out of date|not secure], [did you know|should I worry].
      I [cannot|can't] [submit|send] the contact form, the [captcha|send button|red asterisk] [keeps complaining|never goes away|is not shown].
      [product videos|reviews|the size chart|the store map] [stay blank|take forever|give a script error] [in the new version|on Windows|with Opera|].
      [half of|part of] the [text|page|menu] is [in the wrong language|cut off|missing|unreadable] [when I switch to English|on a small screen|since {weekday}|].
      the site [forgets|empties|loses] my basket [every few minutes|when I change the page|as soon as I log in].
      I [type|enter] "{thing}" in the search and [get no results|find nothing|get only {pair}], [so the search must be broken|is that a bug].
      the [upload|photo upload|form] [stops|freezes|hangs] at {percent} %[, what can I do|. I tried it three times|].
      your [webpage|site] [logs me out|says session expired|reloads] [while I fill in the form|in the middle of my order|all the time].
      [dates|prices|sizes|colours] cannot be [selected|clicked|chosen] [on the product page|in the form|in my browser], [it looks broken|nothing reacts].
      the [barcode|QR code|link] [in the box|in the manual|on the label] [leads to nothing|is dead|cannot be scanned|opens an error page].
      [clicking|pressing|tapping] [the checkout button|save|search|next] [does nothing|sends me to a blank page|logs me out], [tried Chrome and Firefox|looks like a bug|on every device].
      your [site|page] [opens|loads] [very slowly|only half|without pictures|in the wrong language], [is there a problem|is it my computer|please fix it].
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
      your app needs [too much memory|minutes to open|the location all the time], [can I change that|is a fix planned|it was better before].
      the [wish list|dark mode|face login|voice search|map] [of|in] the app [is gone|stopped working|turned itself off] [since version {digit}|{when}|].
      [fingerprint|face] login in the app [fails|is refused|asks for the code each time] [on my new phone|since the update|].
      your app [freezes|stops|crashes] as soon as [the camera opens|I scan a code|I open the basket|I tap on my orders].
      the [list|basket|wish list|data] in the app [differs from|is not the same as|does not match] [the website|my tablet|my other phone].
      [installed|updated] the app [{when}|again], now [it shows only a white page|it will not start|everything is in Spanish|the buttons do nothing].
      [alerts|push messages|reminders] from the app [come in the middle of the night|can't be turned off|never come], [which setting do I need|I looked in the settings].
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
      the [range|reception|signal] of my {device} is [poor|awful|too short] [behind thick walls|upstairs|in the garden], [would a repeater help|can I boost it].
      my {device} [joins|sees] [the neighbour's network|only the old router] but not [mine|the new one].
      [after changing|since I changed] the wifi password the {device} [stays offline|cannot be reached|asks for a reset].
      can the {device} [work|talk] with [two phones|a fixed IP address|the 5 GHz band|a mesh network|an ethernet cable]?
      [green light on|all lights are on] but [no internet|no signal|no connection] [behind|from|with] the [router|modem|{device}].
      the {device} and my phone [no longer|do not|don't] [find|see|sync with|talk to] each other [since the update|any more|].
      [device not found|pairing failed|no network|cannot connect], says the {device} [whenever|every time] I try to [pair|connect] it.
      [calls|videos|music|the picture] on the {device} [lag|stutter|break off|are cut] [all the time|in the evening|], [is it the router|what should I set|any tip].
      the firmware update [broke|killed|ruined] [the wifi|the Bluetooth|the connection] of my {device}.
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
      the {device} [vibrates|rattles|hums|chirps|squeaks|clicks] [loudly|at night|when it is cold|every minute], [is it faulty or can I adjust it|what could cause this].
      the {appliance} [does not dry|stays cold|stops half way|trips the fuse|blows cold air|leaves water inside], [I cleaned the filter already|the {part} looks fine].
      my {device} [counts wrong|shows the wrong time|measures nonsense|forgets the date], how [do I calibrate it|can that be corrected]?
      [dead pixels|a green line|a dark corner] on the [display|screen] of the {device}, [can software fix it|is there a test mode].
      the [memory|storage|disk] of my {device} is [full|not recognised|read only], what [can I delete|does that mean]?
      I hear [only noise|a hum|nothing|crackling] from [the left side|one speaker|the {device}], [another cable did not help|what is wrong].
      the [keyboard|keys|buttons|touch screen] of my {device} [type double letters|stick|react too slowly|do nothing].
      the {device} [keeps turning off|goes off after {few} minutes|gets too hot to touch|smells burnt|leaks water|will not spin|won't heat up].
      [charging|starting|heating|printing|recording|cooling] does not work on my {device}, the [lamp|light] [flashes|blinks] {colour}.
      [E|error ]{digit} [is on the display|flashes on the screen|keeps showing] and the {device} [won't go on|stops heating|beeps].
      any [troubleshooting tips|ideas|advice]? the {device} [shuts down|restarts|overheats|beeps|gets stuck] [after ten minutes|at random|whenever I use it].
      [sound works but|everything works except|the light is on but] [the picture does not|the heating|nothing happens|the display] on my {device}.
      my {device} [does not turn on|won't start|does not charge|switches itself off|gets very hot|makes a strange noise|does not respond|stopped working], [what can I try|any tips|how can I fix it].
      the {device} [shows|displays|says] [{code}|error {code}|code {code}] and [stops|does nothing|beeps], what does [it|this] mean?
      the [screen|display|picture] of my {device} [flickers|is black|stays blue|is frozen|has lines|is upside down].
      there is [no sound|no picture|only noise|no heat|no steam|no signal] from [the|my] {device}, [what could be wrong|I have tried another cable|even after a restart].
      the [battery|power] of my {device} [is empty after an hour|does not last|does not charge|drains overnight].
    `),
    lines(`
      please [hold the power button for {number} seconds|take out the battery|unplug it for a minute] and start it again.
      the code {code} means that the {part} is [blocked|too hot|open|not in place].
    `),
  ],
  'set up help': [
    lines(`
      which [mode|program|profile|resolution] should I [select|choose] on the {device} for [a big family|old films|quiet work|the best quality]?
      how can I [move|copy|transfer] my [settings|files|contacts|recordings] to the new {device}?
      is there [a video|a guide|a diagram] that shows how to [mount|wire|assemble|program] the {device}?
      [stuck|lost] at step {digit} of the [set-up|installation|manual], the {device} [asks for a code|does not answer|wants a driver].
      I need [a driver|the software|a manual in English|the latest firmware] for [the|an older] {device}, [the disc is unreadable|the link is dead|where is it].
      [after|since] the power cut my {device} has [lost|forgotten] its [settings|programme|clock], how do I [enter them again|start over]?
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
