"""Neutral words of which one is said at the door: easy to say and to hear, and about nothing at all."""

_LISTED = """
    acorn almond amber anchor apple apricot arrow atlas autumn avocado axle badge bagel bamboo banana banjo barley
    basil basket beacon beetle bellbird berry biscuit blanket blossom blueberry bobbin bonnet bottle bramble bread
    breeze bridge brook broom bucket bugle butter button cabbage cactus camel candle canoe canvas caramel cardigan
    carrot cashew castle cedar celery cello chalk chapel cherry chestnut chimney chutney cinnamon citrus clover
    coconut comet compass copper coral cotton cricket crumpet crystal cucumber cushion cymbal daffodil dahlia daisy
    dolphin domino donkey dragonfly drum eagle ember engine falcon fantail feather fennel fern ferry fiddle finch
    flannel flute forest fountain freckle garlic garnet gazelle ginger giraffe glacier gondola granite grape gravel
    guitar gumboot hammock harbour harp hazelnut heather heron hickory honey horizon iceberg indigo island ivory
    jacket jasmine jelly jersey jigsaw juniper kahikatea kauri kayak kea kererū ketchup kettle kiwifruit kōwhai
    ladder lagoon lantern lavender lemon lentil lettuce lichen lighthouse lilac linen lobster lupin magnet
    magnolia mandarin mango mānuka maple marble marigold marmite meadow melon meteor mineral mitten mosaic mulberry
    muffin mushroom mustard napkin nectarine needle nougat nutmeg oatmeal ocean octopus olive onion opal orange
    orchid oregano otter oyster paddle pancake papaya paprika parsley parsnip pāua peach peacock peanut pebble
    pecan pelican pencil penguin pepper pickle piglet pillow pine pistachio planet plum pōhutukawa polka poppy
    porridge potato prairie pretzel puddle pudding pumice pumpkin puzzle quartz quince rabbit radish raincoat raisin
    rātā raspberry ribbon rice rimu river rocket rosemary ruby saddle saffron sage salmon sandal sapphire satchel
    saucer saxophone scarf scone seagull sesame shamrock silver skylark slipper snowflake sparrow spinach sponge
    squirrel starfish stencil sultana summit sundial sunflower swan sweater tablecloth tambourine tangerine
    teapot tennis thimble thistle thunder thyme tomato toucan treacle trombone trumpet tūī tulip turnip turquoise
    umbrella valley vanilla velvet violet violin waffle walnut walrus warbler waterfall watermelon weaver whistle
    willow windmill woodpecker yarrow yoghurt zebra zephyr zucchini
"""
WORDS = tuple(_LISTED.split())


def word_at(number: int) -> str:
    """The word for a number drawn at random; any whole number will do."""
    return WORDS[number % len(WORDS)]
