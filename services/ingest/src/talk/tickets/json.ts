import { htmlText } from '../faq/html-blocks.ts';
import { type Comment, isAgentRole, ratingOf, type Ticket } from './ticket.ts';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
const text = (...values: readonly unknown[]): string => {
  const found = values.find(
    (value) => (typeof value === 'string' && value !== '') || typeof value === 'number',
  );
  return found === undefined ? '' : String(found);
};
const list = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** Roles of people by their id, from the `users` beside the tickets. */
type Roles = ReadonlyMap<string, string>;

/** The roles that a list of users tells. */
function rolesOf(users: unknown): Roles {
  return new Map(list(users).map((user) => [text(user.id), text(user.role, user.type)]));
}

/**
 * The tickets of a parsed file: `{tickets: […], users: […]}` as Zendesk's API and exports have it, a list of tickets,
 * or one of them (`{ticket: …}` too).
 */
export function* ticketsIn(
  value: unknown,
  { file, place }: { readonly file: string; readonly place: string },
): Generator<Ticket> {
  const document = isObject(value) ? value : {};
  const inner = document.tickets;
  const tickets: readonly unknown[] = Array.isArray(inner)
    ? inner
    : Array.isArray(value)
      ? value
      : [value];
  const isList = tickets[0] !== value;
  const roles = rolesOf(document.users);
  // Exports that keep comments apart name the ticket in each.
  const shared = isList ? list(document.comments) : [];
  for (const [index, one] of tickets.entries()) {
    const ticket = isObject(one) && isObject(one.ticket) ? one.ticket : one;
    if (!isObject(ticket)) continue;
    const others = shared.filter((comment) => text(comment.ticket_id) === text(ticket.id));
    yield ticketOf(ticket, {
      file,
      place: isList ? `ticket ${index + 1} of ${place}` : place,
      roles,
      others,
    });
  }
}

function ticketOf(
  json: Json,
  {
    file,
    place,
    roles,
    others,
  }: {
    readonly file: string;
    readonly place: string;
    readonly roles: Roles;
    readonly others: readonly Json[];
  },
): Ticket {
  const requester = isObject(json.requester)
    ? text(json.requester.id, json.requester.email)
    : text(json.requester_id, json.submitter_id);
  const own = [json.comments, json.conversation, json.messages, json.conversation_parts]
    .map(list)
    .find((each) => each.length > 0);
  const comments = [...(own ?? []), ...others];
  const described = text(json.description);
  const read = comments.map((comment, index) => commentOf(comment, { index, requester, roles }));
  // Zendesk's first comment is the description; exports without comments of the customer have only the latter.
  const isThere = read.some(({ from }) => from === 'customer') || described === '';
  const satisfaction = json.satisfaction_rating;
  const first: Comment = { id: 'description', from: 'customer', isPublic: true, text: described };
  return {
    id: text(json.id, json.ticket_id, json.number) || place,
    subject: text(json.subject, json.raw_subject, json.title),
    status: text(json.status, json.state).toLowerCase(),
    rating: ratingOf(
      isObject(satisfaction) ? satisfaction.score : (satisfaction ?? json.rating ?? json.csat),
    ),
    comments: isThere ? read : [first, ...read],
    file,
    place,
  };
}

function commentOf(
  json: Json,
  {
    index,
    requester,
    roles,
  }: { readonly index: number; readonly requester: string; readonly roles: Roles },
): Comment {
  const author = isObject(json.author) ? json.author : {};
  const id = text(json.author_id, author.id, author.email);
  const role = text(
    author.role,
    author.type,
    json.author_role,
    json.author_type,
    json.role,
    roles.get(id),
  );
  const isRequester = requester !== '' && id === requester;
  const isAgent = role === '' ? requester !== '' && id !== '' : isAgentRole(role);
  const html = text(json.html_body, json.body_html);
  const type = text(json.type, json.part_type).toLowerCase();
  return {
    id: text(json.id) || String(index + 1),
    from: isAgent && !isRequester ? 'agent' : 'customer',
    isPublic:
      json.public !== false &&
      json.is_public !== false &&
      json.private !== true &&
      json.internal !== true &&
      !/note|internal/.test(type),
    text:
      text(json.plain_body) ||
      (html === '' ? text(json.body, json.text, json.content, json.message) : htmlText(html)),
  };
}
