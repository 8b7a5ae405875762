import { lines } from '../grammar.ts';
import { area } from './subject.ts';

export const office = area('office', {
  meeting: [
    lines(`
      [can|could|shall] we [meet|have a meeting|talk|speak] [on {weekday}|{until}|at {time}] about [the budget|the new {thing} range|the plan for {month}|the {occasion}|the report]?
      the meeting [on {weekday}|with {department}|with {name}] [is moved to|will start at|has been put off until] [{time}|{date}|{weekday}].
      [who|what] [is coming to|is on the list for|do I bring to] the meeting [{until}|with {department}|in room {digit}]?
      I [can't|cannot] come to the meeting {until}, [I have to see the {job}|I am in {city}|could {name} take notes].
    `),
    lines(`
      {time} on {weekday} is fine. I have booked room {digit}.
      sorry, I am busy then. How about {weekday} at {time}?
    `),
  ],
  'time off': [
    lines(`
      I [would like|want] to take [{few} days|a week|{weekday}] off [in {month}|for a {occasion}|to visit {relative}|].
      I am [ill|sick|not well] today and [will stay at home|have to see a doctor|cannot come in].
      [how many|are there any] [days of leave|holidays] do I [still have|have left] this year?
      {name} from {department} is [on leave|away|ill|on a business trip] until {date}.
    `),
    lines(`
      your leave from {date} is approved. Enjoy your holiday.
      get well soon. {name} will take your calls.
    `),
  ],
  'office supplies': [
    lines(`
      we [need|are out of|have run out of] [paper|pens|toner|coffee|envelopes|staples|folders|printer ink|notebooks|light bulbs|soap] [in {department}|on the second floor|again|].
      [please|could you] order {number} [folders|boxes of paper|chairs|notebooks|cups|desks|lamps] for {department}.
      the [printer|copier|lift|door|heating|light|coffee machine|window|telephone] in [room {digit}|the hall|{department}] [is broken|does not work|makes a noise], [can someone repair it|please send the {job}].
    `),
    lines(`
      I have ordered it. It will be here {until}.
      the {job} will look at it {until}.
    `),
  ],
  'job and staff': [
    lines(`
      we are looking for a [new|good|experienced] {job} for our {business} in {city}.
      I [saw|read] your advert and [want|would like] to apply for the job as a {job}.
      {name} {surname} [starts|will start|begins] as a {job} in {department} on {date}.
      when [is|will] [my wage|the salary|my pay slip|the bonus] [paid|come|be ready]?
    `),
    lines(`
      thank you for your letter. We would like to meet you on {weekday} at {time}.
      welcome to the team! Your desk is in {department}.
    `),
  ],
  'report and documents': [
    lines(`
      [could|can] you [send|give|show|email] me the [report|contract|figures|slides|plan|list|letter|minutes] [by {time}|{until}|for {department}|before the meeting]?
      I have [attached|sent|printed|signed|corrected|finished] the [report|contract|offer|letter|list] [for {name}|for {department}|].
      where [is|are] the [files|keys|papers|folders|minutes|old contracts] [of|for] [{month}|the {occasion}|the {business}]?
      please [read|check|sign|translate|copy|shorten] the [letter|report|contract|text] [{until}|before it goes to {name}].
    `),
    lines(`
      the [report|list|letter] is in the folder of {department}.
      I will send it {until}. Two pages are still missing.
    `),
  ],
  'travel and booking': [
    lines(`
      [please|could you] book [a room|a flight|a train|a table|a taxi|a hall] [in {city}|to {city}|for {few} people|] [for {date}|on {weekday}|{until}].
      [how much|what] [is|does] [a room|a ticket|a flight to {city}|the train to {city}] [cost|per night|] [in {month}|on {weekday}|]?
      at what time does the [train|bus|plane|ferry|coach] to {city} [leave|arrive|go]?
      our [room|hotel|flight|seat] [is too loud|was late|is booked twice|has no window|was cancelled], [can we change it|what now].
    `),
    lines(`
      the [room|table|seat] is booked for {date}. The number is {order}.
      the train leaves at {time} and is in {city} at {time}.
    `),
  ],
});
