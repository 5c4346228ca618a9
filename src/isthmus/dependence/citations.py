"""Works whose methods the lens uses."""

HIRSCHMAN = "Hirschman, A. O. (1945), National Power and the Structure of Foreign Trade."
COMMISSION_2021 = (
    "European Commission (2021), Strategic dependencies and capacities, SWD(2021) 352 final."
)
COMMISSION_2023 = (
    "Arjona, R., Connell, W., Herghelegiu, C. (2023), An enhanced methodology to monitor the EU's "
    "strategic dependencies and vulnerabilities, Single Market Economy Paper WP2023/14."
)
GEODEP = "Lefebvre, K., Wibaux, P. (2024), Import Dependencies: Where Does the EU Stand?, CEPII."
KORNIYENKO = (
    "Korniyenko, Y., Pinat, M., Dew, B. (2017), Assessing the Fragility of Global Trade, "
    "IMF Working Paper 17/30."
)
FAGIOLO = "Fagiolo, G. (2007), Clustering in complex directed networks, Physical Review E 76."
BAILEY = (
    "Bailey, M., Strezhnev, A., Voeten, E. (2017), Estimating Dynamic State Preferences from "
    "United Nations Voting Data, Journal of Conflict Resolution 61(2)."
)
FEENSTRA = (
    "Feenstra, R. C. (1994), New Product Varieties and the Measurement of International Prices, "
    "American Economic Review 84(1)."
)
CLAYTON = (
    "Clayton, C., Maggiori, M., Schreger, J. (2024), A Theory of Economic Coercion and "
    "Fragmentation."
)
BOEHM = (
    "Boehm, C. E., Levchenko, A. A., Pandalai-Nayar, N. (2023), The Long and Short (Run) of Trade "
    "Elasticities, American Economic Review 113(4)."
)
BALASSA = (
    "Balassa, B. (1965), Trade Liberalisation and Revealed Comparative Advantage, "
    "The Manchester School 33(2)."
)
MICHAELY = (
    "Michaely, M. (1996), Trade Preferential Agreements in Latin America: An Ex-Ante Assessment, "
    "World Bank Policy Research Working Paper 1583."
)
DRYSDALE = (
    "Drysdale, P., Garnaut, R. (1982), Trade Intensities and the Analysis of Bilateral Trade "
    "Flows, Hitotsubashi Journal of Economics 22(2)."
)
