/**
 * Below this a p-value that is drawn is not put down to chance: what 1,000 draws put below 0.035 is below 0.05 with 99 % certainty (the
 * binomial bound of Gandy 2009), so that no verdict hangs on the seed of its draws. The ends of an interval are drawn as well, and the
 * interval that decides leaves out as little.
 */
export const drawnSignificance = 0.035;
