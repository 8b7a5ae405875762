import { words } from '../grammar.ts';

export const clothing =
  words(`shirt, jumper, dress, skirt, coat, jacket, raincoat, scarf, belt, hat, cap, blouse,
  cardigan, hoodie, sweater, T-shirt, suit, tie, nightgown, swimsuit, bathrobe, waistcoat, uniform, apron, vest, polo shirt,
  fleece, parka, blazer, tunic, kilt, poncho, sun hat, woollen hat, wedding dress, evening gown, winter coat`);
export const pairs =
  words(`shoes, boots, trainers, sandals, slippers, trousers, jeans, shorts, gloves, socks, leggings,
  pyjamas, tights, sunglasses, walking boots, wellingtons, high heels, running shoes, glasses, mittens, dungarees, earrings`);
export const furniture =
  words(`table, chair, sofa, armchair, bed, mattress, bookcase, shelf, wardrobe, desk, stool, bench,
  sideboard, cupboard, cabinet, chest of drawers, coffee table, dining table, bunk bed, cot, rug, carpet, mirror, mattress topper,
  shoe rack, filing cabinet, office chair, garden table, hammock, footstool, dressing table, bedside table, bar stool, room divider`);
export const household =
  words(`kettle, toaster, lamp, vase, frying pan, saucepan, teapot, mug, plate, bowl, knife, cutting board, duvet,
  pillow, blanket, towel, curtain, cushion, tablecloth, candle, clock, bucket, broom, mop, iron, ironing board, basket, picture frame,
  bath mat, shower curtain, bin, jug, casserole, baking tray, rolling pin, corkscrew, tin opener, colander, whisk, ladle, thermos flask,
  lunch box, umbrella, suitcase, backpack, handbag, wallet, purse, wristwatch, necklace, bracelet, ring, perfume, soap dish, hairbrush`);
export const devices =
  words(`phone, laptop, tablet, printer, camera, television, monitor, keyboard, mouse, router, speaker, headset,
  smart watch, e-reader, game console, projector, scanner, hard drive, charger, power bank, doorbell camera, thermostat, radio, microphone,
  drone, webcam, baby monitor, alarm clock, smart plug, fitness tracker, memory card, turntable, soundbar, remote control, modem, sat nav`);
export const appliances =
  words(`washing machine, dishwasher, fridge, freezer, oven, microwave, vacuum cleaner, robot vacuum, coffee machine,
  blender, food processor, mixer, tumble dryer, hair dryer, electric toothbrush, shaver, fan, heater, dehumidifier, air purifier,
  lawnmower, drill, sewing machine, bread maker, rice cooker, steam iron, juicer, slow cooker, deep fryer, electric blanket, hob`);
export const outdoors =
  words(`tent, sleeping bag, bicycle, helmet, football, tennis racket, skateboard, scooter, fishing rod, barbecue,
  watering can, hose, spade, rake, wheelbarrow, flower pot, bird feeder, parasol, garden chair, torch, rope, ladder, hammer, saw,
  screwdriver, toolbox, paintbrush, tin of paint, roll of wallpaper, tape measure, bag of compost, greenhouse, hedge trimmer, kayak,
  picnic blanket, cool box, camping stove, pair of binoculars, bike lock, bike pump, pair of skis, yoga mat, set of dumbbells, trampoline`);
export const playthings =
  words(`doll, teddy bear, jigsaw puzzle, board game, toy train, kite, building set, colouring book, rocking horse,
  doll's house, toy car, set of crayons, card game, pushchair, high chair, car seat, baby bottle, school bag, pencil case, globe,
  guitar, violin, piano, flute, drum kit, trumpet, novel, cookbook, dictionary, atlas, diary, calendar, notebook, fountain pen, comic`);
export const foods =
  words(`bread, butter, cheese, milk, rice, pasta, soup, salad, tomato sauce, olive oil, honey, jam, chocolate, biscuits, coffee,
  green tea, apple juice, lemonade, wine, beer, mustard, vinegar, flour, sugar, salt, pepper, cinnamon, garlic, onions, carrots, potatoes,
  beans, lentils, spinach, mushrooms, chicken, beef, salmon, tuna, ham, sausages, eggs, yoghurt, ice cream, raisins, walnuts, almonds,
  strawberries, cherries, pears, plums, oranges, lemons, bananas, grapes, melons, pancakes, porridge, sandwiches, pizza, dog food, cat food`);
export const materials =
  words(`wood, oak, pine, walnut, bamboo, steel, stainless steel, aluminium, copper, brass, glass, plastic, rubber, leather,
  suede, cotton, linen, wool, silk, velvet, polyester, nylon, denim, cashmere, felt, ceramic, porcelain, stone, marble, concrete, paper,
  cardboard, wicker, cork, foam, fleece, recycled plastic, organic cotton, faux leather, cast iron`);
export const colours =
  words(`red, blue, green, yellow, black, white, grey, brown, pink, purple, orange, navy, cream, silver, gold, turquoise,
  beige, dark green, light blue, burgundy, lilac, mustard yellow, sand, ivory, charcoal, olive, mint, coral, teal, natural`);
export const parts =
  words(`handle, lid, screw, leg, strap, zip, button, hinge, wheel, cable, plug, cover, shelf, drawer, bracket, filter, battery,
  hose, switch, knob, blade, stand, hook, spring, lens, case, remote control, manual, charger, power lead, seat, back panel, door`);
export const things = [
  ...clothing,
  ...furniture,
  ...household,
  ...devices,
  ...appliances,
  ...outdoors,
  ...playthings,
];
