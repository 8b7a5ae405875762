import { words } from '../grammar.ts';

export const firstNames =
  words(`Anna, Ben, Clara, David, Emma, Frank, Grace, Henry, Irene, Jack, Karen, Leo, Maria, Nick, Olivia, Paul, Ruth,
  Sam, Tina, Victor, Wendy, Adam, Bella, Carl, Diana, Eric, Fiona, George, Helen, Ivan, Julia, Kevin, Laura, Martin, Nora, Oscar, Priya,
  Rosa, Simon, Tom, Usha, Vera, William, Yasmin, Zoe, Ahmed, Bruno, Chloe, Dylan, Ella, Farah, Gita, Hugo, Isla, Jonas, Kofi, Lily, Mehmet,
  Nadia, Owen, Peter, Rachel, Sofia, Theo, Alice, Harriet, Luca, Marek, Amara, Chen, Mei, Ravi, Daniel, Edith, Freddie, Gloria`);
export const lastNames =
  words(`Adams, Baker, Carter, Davies, Evans, Fisher, Green, Hughes, Irving, Jones, Kelly, Lewis, Morgan, Nolan, Owens, Parker,
  Quinn, Roberts, Shaw, Taylor, Underwood, Vaughan, Walker, Young, Ahmed, Bennett, Cooper, Dixon, Ellis, Fraser, Gibson, Harris, Kaur, Lopez,
  Murphy, Novak, Okafor, Patel, Rossi, Schmidt, Turner, Webb, Weber, Khan, Silva, Dubois, Larsen, Nguyen, Costa, Moore, Price, Hart, Bell`);
export const relatives =
  words(`my wife, my husband, my mother, my father, my sister, my brother, my son, my daughter, my friend, my neighbour,
  my boss, my colleague, my aunt, my uncle, my cousin, my grandmother, my grandfather, my flatmate, my landlord, my partner, my nephew, my niece,
  our secretary, our accountant, the children, our team, my mum, my dad, my girlfriend, my boyfriend, my roommate`);
export const jobs =
  words(`teacher, nurse, driver, baker, gardener, plumber, electrician, carpenter, cook, waiter, cleaner, accountant, lawyer, doctor,
  dentist, librarian, farmer, painter, photographer, hairdresser, mechanic, pilot, porter, postman, receptionist, secretary, engineer, cashier,
  tailor, musician, journalist, architect, vet, chemist, butcher, florist, guard, shop assistant, manager, director, translator, builder`);
export const animals =
  words(`dog, cat, horse, rabbit, hamster, parrot, goldfish, tortoise, hen, duck, sheep, goat, cow, pony, canary, guinea pig,
  hedgehog, squirrel, fox, owl, bee, butterfly, frog, mouse, swan`);
export const cities =
  words(`London, Leeds, York, Bristol, Cardiff, Glasgow, Dublin, Belfast, Oxford, Bath, Norwich, Exeter, Paris, Berlin, Madrid, Rome,
  Vienna, Prague, Lisbon, Oslo, Boston, Chicago, Toronto, Sydney, Auckland, Mumbai, Nairobi, Liverpool, Brighton, Dover, Derby, Lincoln, Perth,
  Amsterdam, Zurich, Milan, Athens, Helsinki, Warsaw, Budapest, Singapore, Dubai`);
export const countries =
  words(`France, Spain, Italy, Germany, Ireland, Portugal, Poland, Sweden, Norway, Denmark, Austria, Belgium, Greece, Turkey, Canada,
  Japan, India, Brazil, Mexico, Australia, Kenya, Switzerland, the Netherlands, the United States, Thailand, China, Egypt, Iceland, Croatia`);
export const streets =
  words(`Mill Lane, Park Road, Church Street, Station Road, High Street, Elm Avenue, Garden Close, Bridge Street, King's Road, Queen Street,
  Market Square, Orchard Way, River View, School Lane, Hill Crescent, Harbour Street, Meadow Drive, Forest Road, Castle Hill, Abbey Gardens`);
export const shops =
  words(`Fernhill, Brook & Vale, Harbour Goods, Maple House, Bluebird, Nettle & Oak, Pine Street, Lantern, Greenway, Copper Kettle,
  Northfield, Willow Market, Tidewater, Old Mill Stores, Sparrow, Bright Home, Corner Supply, The Paper Room, Hillside, Swan Lane`);
export const merchants =
  words(`a petrol station, a supermarket, a restaurant, a bookshop, a hotel, a chemist, an airline, a streaming service, a gym, a cinema,
  a café, a bakery, an online shop, a taxi company, a ticket office, a phone company, a car hire firm, a furniture store, a garage, a hairdresser,
  a market stall, a museum shop, a train company, an app store, a toy shop, a newspaper, a parking garage, a corner shop`);
export const rooms = words(
  `kitchen, bedroom, bathroom, living room, hall, garage, garden, cellar, attic, office, dining room, nursery, balcony, shed, studio`,
);
export const departments =
  words(`accounts, sales, marketing, human resources, the warehouse, legal, design, research, the front desk, purchasing,
  customer care, the IT desk, logistics, training, facilities, the press office`);
export const businesses =
  words(`school, hospital, hotel, restaurant, bakery, library, factory, farm, bank, museum, theatre, garage, café, clinic,
  charity, law firm, travel agency, bookshop, gym, nursery, church, sports club, film company, estate agency, pharmacy, building firm`);
